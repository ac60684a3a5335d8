using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mesh.Hosting.Redaction;

namespace Mesh.Payments.Domain;

/// <summary>Makes and reads the ids of payments.</summary>
internal static class PaymentIds
{
    private const string Collection = "payments/";

    /// <summary>A new id: 32 hex digits, ordered by time (RFC 9562 UUID version 7).</summary>
    public static string New(DateTimeOffset now)
    {
        string id;
        // One in some ten million has a run of digits that would be taken for a card number, and so would be refused in logs.
        do id = Guid.CreateVersion7(now).ToString("N", CultureInfo.InvariantCulture);
        while (CardNumbers.In(id));
        return id;
    }

    /// <summary>The id of the payment that something else asked for: always the same for the same request.</summary>
    public static string For(string requester, string requestId)
    {
        for (var attempt = 0; ; attempt++)
        {
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{requester}\n{requestId}\n{attempt}")));
            // RFC 9562, UUID version 8: made of anything.
            hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
            hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
            var id = Convert.ToHexStringLower(hash.AsSpan(0, 16));
            if (!CardNumbers.In(id)) return id;
        }
    }

    public static string NameOf(string id) => Collection + id;

    /// <summary>The id in <c>payments/{payment}</c>; null when the name is not of that form.</summary>
    public static string? IdOf(string name)
    {
        if (!name.StartsWith(Collection, StringComparison.Ordinal)) return null;
        var id = name[Collection.Length..];
        return id.Length == 32 && id.All(char.IsAsciiHexDigitLower) ? id : null;
    }
}
