using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>How much of the request body the authorizer gets.</summary>
public sealed record AuthorizerBody
{
    public uint MaxRequestBytes { get; init; }
    public bool AllowPartialMessage { get; init; }
    public bool PackAsBytes { get; init; }

    internal static Schema<AuthorizerBody> Schema { get; } =
        new Schema<AuthorizerBody>("ExtAuthzRequestBody", () => new AuthorizerBody())
            .Field("maxRequestBytes", Codecs.UInt, x => x.MaxRequestBytes, (x, v) => x with { MaxRequestBytes = v })
            .Field("allowPartialMessage", Codecs.Bool,
                x => x.AllowPartialMessage, (x, v) => x with { AllowPartialMessage = v })
            .Field("packAsBytes", Codecs.Bool, x => x.PackAsBytes, (x, v) => x with { PackAsBytes = v })
            .AcceptSnakeCase();
}
