using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Answer without calling anybody.</summary>
public sealed record HttpDirectResponse
{
    public int Status { get; init; }
    public HttpBody? Body { get; init; }

    internal static Schema<HttpDirectResponse> Schema { get; } =
        new Schema<HttpDirectResponse>("HTTPDirectResponse", () => new HttpDirectResponse())
            .Field("status", Codecs.Int, x => x.Status, (x, v) => x with { Status = v }, required: true)
            .Message("body", HttpBody.Schema, x => x.Body, (x, v) => x with { Body = v })
            .AcceptSnakeCase();
}
