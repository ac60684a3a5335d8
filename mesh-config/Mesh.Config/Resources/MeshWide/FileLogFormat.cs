using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>What a line of an access log is.</summary>
public sealed record FileLogFormat
{
    /// <summary>A format string; empty: Istio's default.</summary>
    public string? Text { get; init; }

    /// <summary>Keys and format strings of JSON lines, as YAML; <c>{}</c>: Istio's default.</summary>
    public string Labels { get; init; } = "";

    internal static Schema<FileLogFormat> Schema { get; } =
        new Schema<FileLogFormat>("MeshConfig.ExtensionProvider.EnvoyFileAccessLogProvider.LogFormat", () => new FileLogFormat())
            .Field("text", Codecs.OptionalText, x => x.Text, (x, v) => x with { Text = v })
            .Field("labels", Codecs.Raw, x => x.Labels, (x, v) => x with { Labels = v })
            .AcceptSnakeCase()
            .OneOf("text", "labels");
}
