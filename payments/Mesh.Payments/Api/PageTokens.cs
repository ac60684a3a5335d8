using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Mesh.Payments.Storage;

namespace Mesh.Payments.Api;

/// <summary>Page tokens of ListPayments: where the page before ended, bound to the filter it was made with (AIP-158).</summary>
internal static class PageTokens
{
    public static string Write(PaymentPosition position, string filter) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"1.{position.CreateTimeUs}.{position.Id}.{Hash(filter)}")));

    /// <summary>Null when it is not one of ours, or of another filter.</summary>
    public static PaymentPosition? Read(string token, string filter)
    {
        if (token.Length > 512 || !Base64Url.IsValid(token)) return null;
        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split('.');
        return parts is ["1", var time, var id, var hash] && hash == Hash(filter) && id.Length == 32
            && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var timeUs)
                ? new PaymentPosition(timeUs, id)
                : null;
    }

    private static string Hash(string filter) => Convert.ToHexStringLower(Fingerprints.Of(filter).AsSpan(0, 8));
}
