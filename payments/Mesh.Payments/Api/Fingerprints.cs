using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Mesh.Payments.Api;

/// <summary>Tells whether two requests with one idempotency key ask for the same.</summary>
internal static class Fingerprints
{
    /// <summary>SHA-256 of the parameters. Made of their meaning, not of protobuf bytes, so that it outlives new fields.</summary>
    public static byte[] Of(params ReadOnlySpan<string> parameters)
    {
        var text = new StringBuilder();
        foreach (var parameter in parameters)
            text.Append(CultureInfo.InvariantCulture, $"{parameter.Length}:{parameter}");
        return SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
    }

    public static string Of(Domain.Money? money) =>
        money is { } amount ? string.Create(CultureInfo.InvariantCulture, $"{amount.MinorUnits} {amount.Currency}") : "";
}
