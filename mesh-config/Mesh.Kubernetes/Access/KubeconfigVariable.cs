using Mesh.Config.Yaml;

namespace Mesh.Kubernetes.Access;

/// <summary>An environment variable for an exec plugin.</summary>
internal sealed record KubeconfigVariable
{
    public string Name { get; init; } = "";
    public string Value { get; init; } = "";

    internal static Schema<KubeconfigVariable> Schema { get; } =
        new Schema<KubeconfigVariable>("ExecEnvVar", () => new KubeconfigVariable())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true)
            .Field("value", Codecs.Text, x => x.Value, (x, v) => x with { Value = v })
            .Open();
}
