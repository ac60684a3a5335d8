using Mesh.Hosting.Redaction;

namespace Mesh.Payments.Api;

/// <summary>Names of accounts and transfers of ledger.v1, and the ids in them.</summary>
internal static class LedgerNames
{
    private const string Accounts = "accounts/";
    private const string Transfers = "transfers/";
    private const int LongestAccount = 128;
    private const int LongestTransfer = 64;

    public static string OfAccount(string id) => Accounts + id;

    public static string OfTransfer(string id) => Transfers + id;

    public static string OfEntry(string accountId, long number) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{Accounts}{accountId}/entries/{number}");

    /// <summary>The id in <c>accounts/{account}</c>; null when the name is not of that form.</summary>
    public static string? AccountOf(string name) =>
        name.StartsWith(Accounts, StringComparison.Ordinal) && IsAccount(name.AsSpan(Accounts.Length)) ? name[Accounts.Length..] : null;

    /// <summary>The id in <c>transfers/{transfer}</c>; null when the name is not of that form.</summary>
    public static string? TransferOf(string name) =>
        name.StartsWith(Transfers, StringComparison.Ordinal) && IsTransfer(name.AsSpan(Transfers.Length)) ? name[Transfers.Length..] : null;

    private static bool IsTransfer(ReadOnlySpan<char> id)
    {
        if (id.Length is 0 or > LongestTransfer) return false;
        foreach (var character in id)
        {
            if (!IsPlain(character)) return false;
        }

        return !MayHoldCardNumber(id) || !CardNumbers.In(id.ToString());
    }

    private static bool IsAccount(ReadOnlySpan<char> id)
    {
        if (id.Length is 0 or > LongestAccount || id[0] == '/' || id[^1] == '/') return false;
        var before = ' ';
        foreach (var character in id)
        {
            if (character == '/' ? before == '/' : !IsPlain(character)) return false;
            before = character;
        }

        return !MayHoldCardNumber(id) || !CardNumbers.In(id.ToString());
    }

    /// <summary>Rules out most ids without looking closer: a card number has 13 digits at least.</summary>
    private static bool MayHoldCardNumber(ReadOnlySpan<char> id)
    {
        var digits = 0;
        foreach (var character in id)
        {
            if (char.IsAsciiDigit(character)) digits++;
        }

        return digits >= 13;
    }

    private static bool IsPlain(char character) => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '~' or ':' or '-';
}
