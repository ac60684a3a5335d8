using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Sends copies of requests elsewhere and ignores the answers.</summary>
public sealed record RequestMirror
{
    public BackendObjectReference? BackendRef { get; init; }
    public int? Percent { get; init; }
    public MirrorFraction? Fraction { get; init; }

    internal static Schema<RequestMirror> Schema { get; } =
        new Schema<RequestMirror>("HTTPRequestMirrorFilter", () => new RequestMirror())
            .Message("backendRef", BackendObjectReference.Schema,
                x => x.BackendRef, (x, v) => x with { BackendRef = v }, required: true)
            .Field("percent", Codecs.Optional(Codecs.Int), x => x.Percent, (x, v) => x with { Percent = v })
            .Message("fraction", MirrorFraction.Schema, x => x.Fraction, (x, v) => x with { Fraction = v })
            .OneOf("percent", "fraction");
}
