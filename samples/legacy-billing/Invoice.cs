namespace LegacyBilling;

/// <summary>What somebody owes.</summary>
/// <param name="Id"><c>inv-</c> and letters or digits.</param>
/// <param name="AmountMinor">In minor units of the currency, e.g. cents.</param>
/// <param name="Currency">ISO 4217 code.</param>
internal sealed record Invoice(string Id, string Customer, long AmountMinor, string Currency);
