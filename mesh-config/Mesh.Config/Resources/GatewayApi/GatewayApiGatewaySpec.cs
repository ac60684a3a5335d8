using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Listeners and addresses of a gateway.</summary>
public sealed record GatewayApiGatewaySpec
{
    public string GatewayClassName { get; init; } = "";
    public ImmutableArray<Listener> Listeners { get; init; } = [];
    public ImmutableArray<GatewayAddress> Addresses { get; init; } = [];
    public GatewayInfrastructure? Infrastructure { get; init; }
    public string BackendTls { get; init; } = "";
    public string Tls { get; init; } = "";
    public string AllowedListeners { get; init; } = "";
    public string DefaultScope { get; init; } = "";

    internal static Schema<GatewayApiGatewaySpec> Schema { get; } =
        new Schema<GatewayApiGatewaySpec>("GatewaySpec", () => new GatewayApiGatewaySpec())
            .Field("gatewayClassName", Codecs.Text,
                x => x.GatewayClassName, (x, v) => x with { GatewayClassName = v }, required: true)
            .Field("listeners", Codecs.List(Listener.Schema), x => x.Listeners, (x, v) => x with { Listeners = v })
            .Field("addresses", Codecs.List(GatewayAddress.Schema),
                x => x.Addresses, (x, v) => x with { Addresses = v })
            .Message("infrastructure", GatewayInfrastructure.Schema,
                x => x.Infrastructure, (x, v) => x with { Infrastructure = v })
            .Field("backendTLS", Codecs.Raw, x => x.BackendTls, (x, v) => x with { BackendTls = v })
            .Field("tls", Codecs.Raw, x => x.Tls, (x, v) => x with { Tls = v })
            .Field("allowedListeners", Codecs.Raw, x => x.AllowedListeners, (x, v) => x with { AllowedListeners = v })
            .Field("defaultScope", Codecs.Text, x => x.DefaultScope, (x, v) => x with { DefaultScope = v });
}
