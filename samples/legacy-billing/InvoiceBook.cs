namespace LegacyBilling;

/// <summary>
/// The invoices: <c>inv-</c> and up to 40 letters and digits. They are computed from their id, so that the sample needs no
/// data and every start shows the same ones.
/// </summary>
internal static class InvoiceBook
{
    private const string Prefix = "inv-";
    private const int LongestNumber = 40;
    private static readonly string[] Customers = ["Acme Ltd", "Globex", "Initech", "Umbrella", "Stark and Sons"];

    public static Invoice? Find(string id)
    {
        if (!id.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) return null;
        var number = id[Prefix.Length..].ToLowerInvariant();
        if (number.Length is 0 or > LongestNumber || !number.All(char.IsAsciiLetterOrDigit)) return null;
        var seed = Seed(number);
        return new Invoice(Prefix + number, Customers[seed % Customers.Length], 500 + seed % 90_000, "USD");
    }

    /// <summary>FNV-1a: the same on every machine, unlike string.GetHashCode.</summary>
    private static uint Seed(string text) =>
        text.Aggregate(2166136261u, (hash, character) => unchecked((hash ^ character) * 16777619u));
}
