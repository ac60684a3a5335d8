using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>Settings of some services.</summary>
public sealed record MeshServiceSettings
{
    public ServiceScopeSettings? Settings { get; init; }

    /// <summary>Exact names or wildcards.</summary>
    public ImmutableArray<string> Hosts { get; init; } = [];

    internal static Schema<MeshServiceSettings> Schema { get; } =
        new Schema<MeshServiceSettings>("MeshConfig.ServiceSettings", () => new MeshServiceSettings())
            .Message("settings", ServiceScopeSettings.Schema, x => x.Settings, (x, v) => x with { Settings = v })
            .Field("hosts", Codecs.List(Codecs.Text), x => x.Hosts, (x, v) => x with { Hosts = v })
            .AcceptSnakeCase();
}
