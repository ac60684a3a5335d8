using System.Buffers;
using System.Text;

namespace Mesh.Hosting.Redaction;

/// <summary>Finds what looks like a card number (PAN) in text, so that none is ever stored or logged.</summary>
/// <remarks>
/// A PAN is 13 to 19 digits that begin with a network's prefix and satisfy the Luhn check (ISO/IEC 7812-1); spaces, dots and
/// dashes between digits are how people write them.
/// </remarks>
public static class CardNumbers
{
    private const int Shortest = 13;
    private const int Longest = 19;
    private const int LongestGroup = 6;
    private const int ShortestId = 24;
    private const string Mask = "[card number]";

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

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
            if (!char.IsAsciiDigit(text[start])) continue;
            if (EndOfPlainNumber(text, start) is { } end && !IsInHexadecimalId(text, start)) return start..end;
            if (EndOfGroupedNumber(text, start) is { } last) return start..last;
        }

        return null;
    }

    /// <summary>Where the longest card number that is written without separators and begins at <paramref name="start"/> ends.</summary>
    private static int? EndOfPlainNumber(string text, int start)
    {
        var length = 0;
        while (length < Longest && start + length < text.Length && char.IsAsciiDigit(text[start + length])) length++;
        for (; length >= Shortest; length--)
        {
            if (IsCardNumber(text.AsSpan(start, length))) return start + length;
        }

        return null;
    }

    /// <summary>Whole groups of at most six digits, one separator between them: a UUID has longer ones.</summary>
    private static int? EndOfGroupedNumber(string text, int start)
    {
        if (start > 0 && char.IsAsciiLetterOrDigit(text[start - 1])) return null;
        Span<char> digits = stackalloc char[Longest];
        var (count, group) = (0, 0);
        for (var i = start; i < text.Length && count < Longest; i++)
        {
            if (char.IsAsciiDigit(text[i]))
            {
                digits[count++] = text[i];
                if (++group > LongestGroup) return null;
                continue;
            }

            if (char.IsAsciiLetter(text[i])) return null;
            var isSeparator = text[i] is ' ' or '-' or '.' or '+' && i + 1 < text.Length && char.IsAsciiDigit(text[i + 1]);
            if (!isSeparator) return IsCardNumber(digits[..count]) ? i : null;
            if (IsCardNumber(digits[..count])) return i;
            group = 0;
        }

        return IsCardNumber(digits[..count]) ? start + LengthOf(text.AsSpan(start), count) : null;
    }

    private static int LengthOf(ReadOnlySpan<char> text, int digits)
    {
        var length = 0;
        while (digits > 0)
        {
            if (char.IsAsciiDigit(text[length++])) digits--;
        }

        return length;
    }

    /// <summary>
    /// One in a thousand UUIDs without dashes, trace ids or hashes has such a run of digits; they are told by their length and
    /// by a letter among hexadecimal digits only.
    /// </summary>
    private static bool IsInHexadecimalId(string text, int index)
    {
        var (start, end) = (index, index);
        while (start > 0 && char.IsAsciiLetterOrDigit(text[start - 1])) start--;
        while (end < text.Length && char.IsAsciiLetterOrDigit(text[end])) end++;
        var word = text.AsSpan(start, end - start);
        return word.Length >= ShortestId && !word.ContainsAnyExcept(HexDigits) && word.ContainsAnyExceptInRange('0', '9');
    }

    private static bool IsCardNumber(ReadOnlySpan<char> digits) =>
        digits.Length >= Shortest && HasNetworkPrefix(digits) && SatisfiesLuhn(digits);

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
