using Mesh.Config.Resources.Validation;

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
            .Ignore("status")
            .Check((value, at) =>
            {
                if (value.Spec.Selector is { } selector) PolicyRules.Selector(selector, at["spec"]["selector"]);
                if (value.Spec.Concurrency < 0) at["spec"]["concurrency"].Error("must be 0 or more");
            }));
}
