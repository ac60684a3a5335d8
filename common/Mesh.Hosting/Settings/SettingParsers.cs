using System.Buffers;
using System.Globalization;

namespace Mesh.Hosting.Settings;

/// <summary>Parsers for common kinds of settings. Every <see cref="FormatException"/> says what is expected.</summary>
public static class SettingParsers
{
    private static readonly SearchValues<char> DigitsAndPoint = SearchValues.Create("0123456789.");

    /// <summary>Any text but the empty one.</summary>
    public static string Text(string text) =>
        string.IsNullOrWhiteSpace(text) ? throw new FormatException("must not be empty") : text;

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static bool Boolean(string text) => text switch
    {
        "true" => true,
        "false" => false,
        _ => throw new FormatException($"'{text}' is not true or false"),
    };

    /// <summary>A whole number within bounds.</summary>
    public static Func<string, int> WholeNumber(int lowest, int highest) => text =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && number >= lowest && number <= highest
            ? number
            : throw new FormatException($"'{text}' is not a number between {lowest} and {highest}");

    /// <summary>A share in percent, 0 to 100.</summary>
    public static double Percent(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 100
            ? number
            : throw new FormatException($"'{text}' is not a number between 0 and 100");

    /// <summary>An address on the web, with http or https.</summary>
    public static Uri WebAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new FormatException($"'{text}' is not an address such as http://collector:4317");

    /// <summary>A TCP port, 1 to 65535.</summary>
    public static int Port(string text) => WholeNumber(1, 65535)(text);

    /// <summary>Go's notation as Istio uses it: <c>500ms</c>, <c>30s</c>, <c>5m</c>, <c>1h30m</c>; also days, <c>90d</c>. Not negative.</summary>
    public static TimeSpan Duration(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var total = TimeSpan.Zero;
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(DigitsAndPoint);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                throw BadDuration(text);
            rest = rest[digits..];
            var letters = rest.IndexOfAny(DigitsAndPoint);
            var unit = letters < 0 ? rest : rest[..letters];
            rest = rest[unit.Length..];
            var factor = unit switch
            {
                "ms" => TimeSpan.FromMilliseconds(1),
                "s" => TimeSpan.FromSeconds(1),
                "m" => TimeSpan.FromMinutes(1),
                "h" => TimeSpan.FromHours(1),
                "d" => TimeSpan.FromDays(1),
                _ => throw BadDuration(text),
            };
            if (number * factor.TotalDays > 36500) throw new FormatException($"'{text}' is more than a hundred years");
            total += number * factor;
        }

        return text.Length == 0 ? throw BadDuration(text) : total;
    }

    /// <summary>Labels, <c>app=payments,version=v2</c>.</summary>
    public static IReadOnlyDictionary<string, string> Labels(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) throw new FormatException($"'{pair}' is not a label; write KEY=VALUE,KEY=VALUE");
            if (!labels.TryAdd(pair[..equals], pair[(equals + 1)..]))
                throw new FormatException($"label '{pair[..equals]}' is given twice");
        }

        return labels;
    }

    /// <summary>A file that exists.</summary>
    public static string ExistingFile(string text) =>
        File.Exists(Text(text)) ? text : throw new FormatException($"there is no file '{text}'");

    /// <summary>A folder that exists.</summary>
    public static string ExistingFolder(string text) =>
        Directory.Exists(Text(text)) ? text : throw new FormatException($"there is no folder '{text}'");

    private static FormatException BadDuration(string text) =>
        new($"'{text}' is not a duration; write for example 500ms, 30s, 5m, 1h30m or 90d");
}
