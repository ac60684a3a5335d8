using System.Buffers;
using System.Globalization;

namespace Mesh.Config.Yaml;

/// <summary>Durations as Go and protobuf JSON write them: <c>1h2m3.5s</c>, <c>250ms</c>.</summary>
internal static class GoDuration
{
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    public static bool TryParse(string text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        var rest = text.AsSpan();
        if (rest is "0") return true;
        var negative = rest.StartsWith("-");
        if (negative) rest = rest[1..];
        if (rest.IsEmpty) return false;
        decimal ticks = 0;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(NumberCharacters);
            if (digits <= 0 || digits > 18) return false;
            if (!decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return false;
            rest = rest[digits..];
            var unit = rest.IndexOfAny(NumberCharacters);
            var name = unit < 0 ? rest : rest[..unit];
            rest = unit < 0 ? [] : rest[unit..];
            var ticksPerUnit = TicksPer(name);
            if (ticksPerUnit is null) return false;
            ticks += number * ticksPerUnit.Value;
            if (ticks > TimeSpan.MaxValue.Ticks) return false;
        }

        value = TimeSpan.FromTicks((long)(negative ? -ticks : ticks));
        return true;
    }

    /// <summary>Protobuf JSON form: seconds with as many decimals as needed, <c>1.5s</c>.</summary>
    public static string Format(TimeSpan value) =>
        (value.Ticks / (decimal)TimeSpan.TicksPerSecond).ToString("0.#######", CultureInfo.InvariantCulture) + "s";

    private static decimal? TicksPer(ReadOnlySpan<char> unit) => unit switch
    {
        "h" => TimeSpan.TicksPerHour,
        "m" => TimeSpan.TicksPerMinute,
        "s" => TimeSpan.TicksPerSecond,
        "ms" => TimeSpan.TicksPerMillisecond,
        "us" or "µs" => TimeSpan.TicksPerMicrosecond,
        "ns" => 0.01m,
        _ => null,
    };
}
