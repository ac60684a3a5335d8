using System.Text.Json;

namespace Mesh.Aws.Credentials;

/// <summary>Credentials as the endpoints of containers and machines give them.</summary>
internal static class CredentialsJson
{
    /// <param name="from">For messages.</param>
    /// <exception cref="AwsCredentialsException">Not such a text.</exception>
    public static AwsCredentials Parse(string text, string from)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.TryGetProperty("Code", out var code) && code.GetString() is { } status and not "Success")
                throw new AwsCredentialsException($"{from} gives no credentials: {status}");
            return new AwsCredentials(
                root.GetProperty("AccessKeyId").GetString()!,
                root.GetProperty("SecretAccessKey").GetString()!,
                root.TryGetProperty("Token", out var token) ? token.GetString() : null,
                root.TryGetProperty("Expiration", out var expiration) ? expiration.GetDateTimeOffset() : null);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new AwsCredentialsException($"{from} answered something that is no credentials", exception);
        }
    }
}
