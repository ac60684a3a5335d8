using System.Globalization;
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

    public static string NameOf(string id) => Collection + id;

    /// <summary>The id in <c>payments/{payment}</c>; null when the name is not of that form.</summary>
    public static string? IdOf(string name)
    {
        if (!name.StartsWith(Collection, StringComparison.Ordinal)) return null;
        var id = name[Collection.Length..];
        return id.Length == 32 && id.All(char.IsAsciiHexDigitLower) ? id : null;
    }
}
