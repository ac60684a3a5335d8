using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Header changes of requests and responses.</summary>
public sealed record HeadersSpec
{
    public HeaderOperationsSpec? Request { get; init; }
    public HeaderOperationsSpec? Response { get; init; }

    internal static Schema<HeadersSpec> Schema { get; } =
        new Schema<HeadersSpec>("Headers", () => new HeadersSpec())
            .Message("request", HeaderOperationsSpec.Schema, x => x.Request, (x, v) => x with { Request = v })
            .Message("response", HeaderOperationsSpec.Schema, x => x.Response, (x, v) => x with { Response = v })
            .AcceptSnakeCase();
}
