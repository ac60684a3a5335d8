using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Mesh.Payments.Api;

/// <summary>Page tokens of ListEntries: the last entry of the page before, bound to its account (AIP-158).</summary>
internal static class EntryPageTokens
{
    public static string Write(long number, string accountId) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"1.{number}.{Hash(accountId)}")));

    /// <summary>Null when it is not one of ours, or of another account.</summary>
    public static long? Read(string token, string accountId)
    {
        if (token.Length > 128 || !Base64Url.IsValid(token)) return null;
        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split('.');
        return parts is ["1", var number, var hash] && hash == Hash(accountId)
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var after)
                ? after
                : null;
    }

    private static string Hash(string accountId) => Convert.ToHexStringLower(Fingerprints.Of(accountId).AsSpan(0, 8));
}
