using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Body of a direct response.</summary>
public sealed record HttpBody
{
    public string? Text { get; init; }

    /// <summary>Base64.</summary>
    public string? Bytes { get; init; }

    internal static Schema<HttpBody> Schema { get; } =
        new Schema<HttpBody>("HTTPBody", () => new HttpBody())
            .Field("string", Codecs.OptionalText, x => x.Text, (x, v) => x with { Text = v })
            .Field("bytes", Codecs.OptionalText, x => x.Bytes, (x, v) => x with { Bytes = v })
            .OneOf("string", "bytes")
            .AcceptSnakeCase();
}
