using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Probe by running a command.</summary>
public sealed record ExecHealthCheck
{
    public ImmutableArray<string> Command { get; init; } = [];

    internal static Schema<ExecHealthCheck> Schema { get; } =
        new Schema<ExecHealthCheck>("ExecHealthCheckConfig", () => new ExecHealthCheck())
            .Field("command", Codecs.List(Codecs.Text),
                x => x.Command, (x, v) => x with { Command = v }, required: true)
            .AcceptSnakeCase();
}
