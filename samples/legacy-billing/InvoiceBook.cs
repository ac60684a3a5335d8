using System.Globalization;

namespace LegacyBilling;

/// <summary>
/// The invoices: <c>INV-1</c> to <c>INV-999999</c>, computed from the number, so that the sample needs no data and every
/// start shows the same ones.
/// </summary>
internal static class InvoiceBook
{
    private const string Prefix = "INV-";
    private static readonly string[] Customers = ["Acme Ltd", "Globex", "Initech", "Umbrella", "Stark & Sons"];

    public static Invoice? Find(string id)
    {
        if (!id.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        if (!int.TryParse(id.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return null;
        if (number is < 1 or > 999_999 || id[Prefix.Length] == '0') return null;
        return new Invoice(id, Customers[number % Customers.Length], 500 + number * 37L % 90_000, "USD");
    }
}
