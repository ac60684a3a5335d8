using System.Text;

namespace Mesh.Payments.Domain;

/// <summary>Finds what looks like a card number (PAN) in text, so that none is ever stored or logged.</summary>
/// <remarks>
/// A PAN is 13 to 19 digits that begin with a network's prefix and satisfy the Luhn check (ISO/IEC 7812-1); spaces, dots and
/// dashes between digits are how people write them.
/// </remarks>
internal static class CardNumbers
{
    private const int Shortest = 13;
    private const int Longest = 19;
    private const string Mask = "[card number]";

    public static bool In(string? text) => text is not null && Find(text, 0) is not null;

    /// <summary>The text with every card number replaced.</summary>
    public static string? Redact(string? text)
    {
        if (text is null || Find(text, 0) is not { } found) return text;
        var result = new StringBuilder();
        var from = 0;
        for (Range? next = found; next is { } range; next = Find(text, from))
        {
            result.Append(text, from, range.Start.Value - from).Append(Mask);
            from = range.End.Value;
        }

        return result.Append(text, from, text.Length - from).ToString();
    }

    private static Range? Find(string text, int from)
    {
        for (var start = from; start < text.Length; start++)
        {
            if (char.IsAsciiDigit(text[start]) && EndOfNumber(text, start) is { } end) return start..end;
        }

        return null;
    }

    /// <summary>Where the longest card number that begins at <paramref name="start"/> ends.</summary>
    private static int? EndOfNumber(string text, int start)
    {
        Span<char> digits = stackalloc char[Longest];
        var count = 0;
        int? end = null;
        for (var i = start; i < text.Length && count < Longest; i++)
        {
            if (text[i] is ' ' or '-' or '.' or '+' && i + 1 < text.Length && char.IsAsciiDigit(text[i + 1])) continue;
            if (!char.IsAsciiDigit(text[i])) break;
            digits[count++] = text[i];
            if (count >= Shortest && HasNetworkPrefix(digits[..count]) && SatisfiesLuhn(digits[..count])) end = i + 1;
        }

        return end;
    }

    private static bool HasNetworkPrefix(ReadOnlySpan<char> digits)
    {
        var four = int.Parse(digits[..4], System.Globalization.CultureInfo.InvariantCulture);
        return digits.Length switch
        {
            14 => four is (>= 3000 and <= 3059) or (>= 3600 and <= 3699) or (>= 3800 and <= 3999),
            15 => four is (>= 3400 and <= 3499) or (>= 3700 and <= 3799),
            13 => four is >= 4000 and <= 4999,
            _ => four is (>= 4000 and <= 4999) or (>= 5000 and <= 5899) or (>= 2221 and <= 2720)
                or (>= 3528 and <= 3589) or (>= 6000 and <= 6999) or (>= 8100 and <= 8171),
        };
    }

    private static bool SatisfiesLuhn(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            if (i % 2 == 1) digit = digit > 4 ? (digit * 2) - 9 : digit * 2;
            sum += digit;
        }

        return sum % 10 == 0;
    }
}
