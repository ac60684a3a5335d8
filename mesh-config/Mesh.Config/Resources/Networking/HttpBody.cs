using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Body of a direct response.</summary>
public sealed record HttpBody
{
    public string? Text { get; init; }

    /// <summary>Base64.</summary>
    public string? Bytes { get; init; }

    /// <summary><see cref="Bytes"/> decoded, in the usual alphabet or that of URLs, with or without padding; null when it cannot be.</summary>
    internal byte[]? Decoded
    {
        get
        {
            var text = (Bytes ?? "").Replace('-', '+').Replace('_', '/').TrimEnd('=');
            var decoded = new byte[text.Length];
            return Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), decoded, out var length) ? decoded[..length] : null;
        }
    }

    internal static Schema<HttpBody> Schema { get; } =
        new Schema<HttpBody>("HTTPBody", () => new HttpBody())
            .Field("string", Codecs.OptionalText, x => x.Text, (x, v) => x with { Text = v })
            .Field("bytes", Codecs.OptionalText, x => x.Bytes, (x, v) => x with { Bytes = v })
            .OneOf("string", "bytes")
            .Check((body, scope) =>
            {
                if (body.Decoded is null) scope["bytes"].Error("it is not base64");
            })
            .AcceptSnakeCase();
}
