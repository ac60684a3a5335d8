using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Mesh.Payments.Api;

/// <summary>Cursors of WatchPayments: a position in one merchant's stream.</summary>
internal static class EventCursors
{
    private const int Longest = 256;

    public static string Write(string merchant, long position) => Base64Url.EncodeToString(
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"1.{position}.{merchant}")));

    /// <summary>0, before the first, for an empty cursor; null when it is not one of this merchant's.</summary>
    public static long? Read(string cursor, string merchant)
    {
        if (cursor.Length == 0) return 0;
        if (cursor.Length > Longest || !Base64Url.IsValid(cursor)) return null;
        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)).Split('.');
        return parts is ["1", var text, var owner] && owner == merchant
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
                ? position
                : null;
    }
}
