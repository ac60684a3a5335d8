using System.Globalization;
using System.Text;

namespace Mesh.Hosting.AccessLogs;

/// <summary>Times as Envoy writes them.</summary>
internal static class LogTime
{
    /// <param name="format">As strftime has it, with <c>%Nf</c> for N digits of a second; empty for Envoy's own.</param>
    public static string Format(DateTimeOffset time, string format)
    {
        var utc = time.UtcDateTime;
        if (format.Length == 0) return utc.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            i++;
            var digits = 9;
            if (char.IsAsciiDigit(format[i]) && i + 1 < format.Length && format[i + 1] == 'f')
            {
                digits = format[i] - '0';
                i++;
            }

            text.Append(Part(utc, format[i], digits));
        }

        return text.ToString();
    }

    private static string Part(DateTime utc, char specifier, int digits)
    {
        if (specifier == 'f') return (utc.Ticks % TimeSpan.TicksPerSecond * 100).ToString("D9", CultureInfo.InvariantCulture)[..digits];
        if (specifier == 's') return ((DateTimeOffset)utc).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var standard = specifier switch
        {
            'Y' => "yyyy",
            'm' => "MM",
            'd' => "dd",
            'H' => "HH",
            'M' => "mm",
            'S' => "ss",
            'b' => "MMM",
            'y' => "yy",
            'F' => "yyyy-MM-dd",
            'T' => "HH:mm:ss",
            'z' => "'+0000'",
            'Z' => "'UTC'",
            _ => null,
        };
        return standard is null ? specifier.ToString() : utc.ToString(standard, CultureInfo.InvariantCulture);
    }
}
