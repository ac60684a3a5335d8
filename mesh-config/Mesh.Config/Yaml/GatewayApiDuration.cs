using System.Globalization;
using System.Text;

namespace Mesh.Config.Yaml;

/// <summary>Durations as Gateway API writes them: one to four whole numbers, each with <c>h</c>, <c>m</c>, <c>s</c> or <c>ms</c>.</summary>
/// <remarks>Source: Gateway API GEP-2257.</remarks>
internal static class GatewayApiDuration
{
    private const int MaxDigits = 5;

    private const int MaxParts = 4;

    public static bool TryParse(string text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        var rest = text.AsSpan();
        for (var part = 0; part < MaxParts && !rest.IsEmpty; part++)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits is < 1 or > MaxDigits) return false;
            var number = int.Parse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
            rest = rest[digits..];
            var unit = rest.IndexOfAnyInRange('0', '9');
            var name = unit < 0 ? rest : rest[..unit];
            if (UnitOf(name) is not { } ticks) return false;
            value += TimeSpan.FromTicks(number * ticks);
            rest = rest[name.Length..];
        }

        return text.Length > 0 && rest.IsEmpty;
    }

    /// <summary>Parts finer than a millisecond are lost.</summary>
    public static string Format(TimeSpan value)
    {
        var text = new StringBuilder();
        Append((long)value.TotalHours, "h");
        Append(value.Minutes, "m");
        Append(value.Seconds, "s");
        Append(value.Milliseconds, "ms");
        return text.Length == 0 ? "0s" : text.ToString();

        void Append(long number, string unit)
        {
            if (number != 0) text.Append(CultureInfo.InvariantCulture, $"{number}{unit}");
        }
    }

    private static long? UnitOf(ReadOnlySpan<char> name) => name switch
    {
        "h" => TimeSpan.TicksPerHour,
        "m" => TimeSpan.TicksPerMinute,
        "s" => TimeSpan.TicksPerSecond,
        "ms" => TimeSpan.TicksPerMillisecond,
        _ => null,
    };
}
