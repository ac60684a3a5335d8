using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Kubernetes.Access;

/// <summary>The program that gives a user's credentials.</summary>
/// <remarks>Source: Kubernetes documentation, "client-go credential plugins".</remarks>
internal sealed record KubeconfigExec
{
    public string ApiVersion { get; init; } = "";
    public string Command { get; init; } = "";
    public ImmutableArray<string> Args { get; init; } = [];
    public ImmutableArray<KubeconfigVariable> Env { get; init; } = [];
    public string InstallHint { get; init; } = "";
    public bool ProvideClusterInfo { get; init; }

    internal static Schema<KubeconfigExec> Schema { get; } =
        new Schema<KubeconfigExec>("ExecConfig", () => new KubeconfigExec())
            .Field("apiVersion", Codecs.Text, x => x.ApiVersion, (x, v) => x with { ApiVersion = v })
            .Field("command", Codecs.Text, x => x.Command, (x, v) => x with { Command = v }, required: true)
            .Field("args", Codecs.List(Codecs.Text), x => x.Args, (x, v) => x with { Args = v })
            .Field("env", Codecs.List(KubeconfigVariable.Schema), x => x.Env, (x, v) => x with { Env = v })
            .Field("installHint", Codecs.Text, x => x.InstallHint, (x, v) => x with { InstallHint = v })
            .Field("provideClusterInfo", Codecs.Bool, x => x.ProvideClusterInfo, (x, v) => x with { ProvideClusterInfo = v })
            .Open();
}
