using System.Globalization;

namespace Mesh.Istiod.Ca;

/// <summary>Durations as Go prints them, because they stand in recorded error texts: <c>2160h0m1s</c>, <c>5m0s</c>, <c>59s</c>.</summary>
internal static class GoDuration
{
    public static string Format(long seconds)
    {
        var (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        return hours > 0 ? string.Create(CultureInfo.InvariantCulture, $"{hours}h{minutes}m{rest}s")
            : minutes > 0 ? string.Create(CultureInfo.InvariantCulture, $"{minutes}m{rest}s")
            : string.Create(CultureInfo.InvariantCulture, $"{rest}s");
    }
}
