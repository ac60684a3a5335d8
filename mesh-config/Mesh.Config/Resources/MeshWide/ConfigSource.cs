using System.Collections.Immutable;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>A server that gives configuration to istiod.</summary>
public sealed record ConfigSource
{
    public string Address { get; init; } = "";
    public ClientTlsSettings? TlsSettings { get; init; }
    public ImmutableArray<string> SubscribedResources { get; init; } = [];

    internal static Schema<ConfigSource> Schema { get; } =
        new Schema<ConfigSource>("ConfigSource", () => new ConfigSource())
            .Field("address", Codecs.Text, x => x.Address, (x, v) => x with { Address = v })
            .Message("tlsSettings", ClientTlsSettings.Schema, x => x.TlsSettings, (x, v) => x with { TlsSettings = v })
            .Field("subscribedResources", Codecs.List(Codecs.Text),
                x => x.SubscribedResources, (x, v) => x with { SubscribedResources = v })
            .AcceptSnakeCase();
}
