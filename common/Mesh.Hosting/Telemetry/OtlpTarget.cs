using System.Globalization;

namespace Mesh.Hosting.Telemetry;

/// <summary>A collector that takes traces over OTLP, by gRPC or by protobuf over HTTP.</summary>
/// <remarks>Source: OpenTelemetry, "OTLP Exporter Configuration" and "Environment Variable Specification".</remarks>
public sealed record OtlpTarget
{
    private const string TracesPath = "v1/traces";

    /// <summary>With HTTP the whole address, path included; with gRPC scheme, host and port.</summary>
    public required Uri EndPoint { get; init; }

    public bool IsGrpc { get; init; }

    /// <summary><c>name=value,name=value</c>, values percent-encoded; empty: none.</summary>
    public string Headers { get; init; } = "";

    /// <summary>Of one export; null: 10 s.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>As an operator writes it: an address with a path takes HTTP, one without a path gRPC.</summary>
    public static OtlpTarget Of(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return new OtlpTarget { EndPoint = address, IsGrpc = address.AbsolutePath.Length <= 1 };
    }

    /// <summary>
    /// What OpenTelemetry's standard variables say: <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, <c>_PROTOCOL</c>, <c>_HEADERS</c>, <c>_TIMEOUT</c>,
    /// each also as <c>OTEL_EXPORTER_OTLP_TRACES_...</c>, with <c>OTEL_TRACES_EXPORTER</c> and <c>OTEL_SDK_DISABLED</c>. Null: send nothing.
    /// </summary>
    /// <param name="read">A variable's value, null when it is not set.</param>
    /// <exception cref="FormatException">A variable has a value that means nothing.</exception>
    public static OtlpTarget? FromEnvironment(Func<string, string?> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        if (string.Equals(read("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase)) return null;
        if (read("OTEL_TRACES_EXPORTER") is { Length: > 0 } exporter && !exporter.Split(',').Contains("otlp")) return null;
        var own = Text("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
        if ((own ?? Text("OTEL_EXPORTER_OTLP_ENDPOINT")) is not { } address) return null;
        if (!Uri.TryCreate(address, UriKind.Absolute, out var endPoint) || endPoint.Scheme is not ("http" or "https"))
            throw new FormatException($"OTEL_EXPORTER_OTLP_ENDPOINT: '{address}' is not an address such as http://collector:4317");
        var isGrpc = Either("PROTOCOL") switch
        {
            null or "grpc" => true,
            "http/protobuf" => false,
            var other => throw new FormatException($"OTEL_EXPORTER_OTLP_PROTOCOL: '{other}' is not supported; use grpc or http/protobuf"),
        };
        return new OtlpTarget
        {
            // Only the address that is meant for all signals is one to which the signal's path is added.
            EndPoint = isGrpc || own is not null ? endPoint : new Uri($"{address.TrimEnd('/')}/{TracesPath}"),
            IsGrpc = isGrpc,
            Headers = Either("HEADERS") ?? "",
            Timeout = Either("TIMEOUT") is { } timeout ? Milliseconds(timeout) : null,
        };

        string? Text(string name) => read(name) is { Length: > 0 } value ? value : null;

        string? Either(string name) => Text($"OTEL_EXPORTER_OTLP_TRACES_{name}") ?? Text($"OTEL_EXPORTER_OTLP_{name}");
    }

    private static TimeSpan Milliseconds(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0
            ? TimeSpan.FromMilliseconds(value)
            : throw new FormatException($"OTEL_EXPORTER_OTLP_TIMEOUT: '{text}' is not a number of milliseconds");
}
