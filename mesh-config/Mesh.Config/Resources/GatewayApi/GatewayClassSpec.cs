using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Who implements the gateways of a class.</summary>
public sealed record GatewayClassSpec
{
    /// <summary><c>istio.io/gateway-controller</c> for Istio's own.</summary>
    public string ControllerName { get; init; } = "";

    public LocalReference? ParametersRef { get; init; }
    public string Description { get; init; } = "";

    internal static Schema<GatewayClassSpec> Schema { get; } =
        new Schema<GatewayClassSpec>("GatewayClassSpec", () => new GatewayClassSpec())
            .Field("controllerName", Codecs.Text,
                x => x.ControllerName, (x, v) => x with { ControllerName = v }, required: true)
            .Message("parametersRef", LocalReference.Schema,
                x => x.ParametersRef, (x, v) => x with { ParametersRef = v })
            .Field("description", Codecs.Text, x => x.Description, (x, v) => x with { Description = v });
}
