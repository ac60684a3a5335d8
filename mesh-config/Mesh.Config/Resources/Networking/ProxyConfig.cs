namespace Mesh.Config.Resources.Networking;

/// <summary>Istio ProxyConfig: settings of the proxies of some workloads.</summary>
public sealed record ProxyConfig : MeshObject
{
    public ProxyConfigSpec Spec { get; init; } = new();

    internal static ResourceKind<ProxyConfig> Definition { get; } = new(
        "networking.istio.io", "ProxyConfig", ["v1beta1"], namespaced: true,
        header => new ProxyConfig
        {
            ApiVersion = header.ApiVersion,
            Kind = header.Kind,
            Metadata = header.Metadata,
            Location = header.Location,
        },
        schema => schema
            .Message("spec", ProxyConfigSpec.Schema, x => x.Spec, (x, v) => x with { Spec = v })
            .Ignore("status"));
}
