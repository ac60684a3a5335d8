using System.Globalization;

namespace Mesh.Hosting.Telemetry;

/// <summary>The share of new traces that OpenTelemetry's standard variables ask for.</summary>
/// <remarks>Source: OpenTelemetry, "Environment Variable Specification: OTEL_TRACES_SAMPLER".</remarks>
public static class TraceSampling
{
    /// <summary>0 to 100; null when <c>OTEL_TRACES_SAMPLER</c> is not set.</summary>
    /// <param name="read">A variable's value, null when it is not set.</param>
    /// <exception cref="FormatException">A sampler that is not supported, or a share that is none.</exception>
    public static double? FromEnvironment(Func<string, string?> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        return read("OTEL_TRACES_SAMPLER") switch
        {
            null or "" => null,
            "always_on" or "parentbased_always_on" => 100,
            "always_off" or "parentbased_always_off" => 0,
            "traceidratio" or "parentbased_traceidratio" => 100 * Ratio(read("OTEL_TRACES_SAMPLER_ARG")),
            var other => throw new FormatException(
                $"OTEL_TRACES_SAMPLER: '{other}' is not supported; use parentbased_always_on, parentbased_always_off or parentbased_traceidratio"),
        };
    }

    private static double Ratio(string? text)
    {
        if (string.IsNullOrEmpty(text)) return 1;
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var ratio) && ratio is >= 0 and <= 1
            ? ratio
            : throw new FormatException($"OTEL_TRACES_SAMPLER_ARG: '{text}' is not a number between 0 and 1");
    }
}
