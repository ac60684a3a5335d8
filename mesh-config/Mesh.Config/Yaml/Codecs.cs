using System.Globalization;

namespace Mesh.Config.Yaml;

/// <summary>The codecs that schemas are made of.</summary>
internal static class Codecs
{
    /// <summary>Text; absent means empty.</summary>
    public static Codec<string> Text { get; } = new ScalarCodec<string>(
        "text", "", node => (node.Type == ScalarType.Text, node.Text, null), YamlValue.OfText);

    /// <summary>Text where absent (null) and empty differ, such as the members of a oneof.</summary>
    public static Codec<string?> OptionalText { get; } = new ScalarCodec<string?>(
        "text", null, node => (node.Type == ScalarType.Text, node.Text, null), value => YamlValue.OfText(value ?? ""));

    public static Codec<bool> Bool { get; } = new ScalarCodec<bool>(
        "true or false", false, ParseBool, value => YamlValue.Scalar(value ? "true" : "false", quoted: false));

    public static Codec<int> Int { get; } = new ScalarCodec<int>(
        "a whole number", 0,
        node => node.Type == ScalarType.Integer && int.TryParse(node.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? (true, value, null)
            : (false, 0, node.Type == ScalarType.Integer ? $"{node.Text} is out of range" : null),
        value => YamlValue.OfNumber(value));

    public static Codec<uint> UInt { get; } = new ScalarCodec<uint>(
        "a whole number", 0,
        node => node.Type == ScalarType.Integer && uint.TryParse(node.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? (true, value, null)
            : (false, 0, node.Type == ScalarType.Integer ? $"{node.Text} must be 0 or more" : null),
        value => YamlValue.OfNumber(value));

    /// <summary>1 to 65535.</summary>
    public static Codec<int> Port { get; } = new ScalarCodec<int>(
        "a port number", 0,
        node => node.Type != ScalarType.Integer ? (false, 0, null)
            : int.TryParse(node.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value is > 0 and <= 65535
                ? (true, value, null)
                : (false, 0, $"port {node.Text} must be between 1 and 65535"),
        value => YamlValue.OfNumber(value));

    public static Codec<double> Double { get; } = new ScalarCodec<double>(
        "a number", 0,
        node => node.Type is ScalarType.Integer or ScalarType.Float &&
                double.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? (true, value, null)
            : (false, 0, null),
        value => YamlValue.Scalar(value.ToString("R", CultureInfo.InvariantCulture), quoted: false));

    /// <summary><c>1h2m3.5s4ms</c>; at least one millisecond, as Istio validates it.</summary>
    public static Codec<TimeSpan?> Duration { get; } = DurationCodec(TimeSpan.FromMilliseconds(1));

    /// <summary>As <see cref="Duration"/>, but <c>0s</c> is allowed and means "off".</summary>
    public static Codec<TimeSpan?> DurationOrZero { get; } = DurationCodec(TimeSpan.Zero);

    /// <summary>RFC 3339.</summary>
    public static Codec<DateTimeOffset?> Timestamp { get; } = new ScalarCodec<DateTimeOffset?>(
        "a timestamp such as 2026-01-31T12:00:00Z", null,
        node => node.Type == ScalarType.Text && DateTimeOffset.TryParse(
                node.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var value)
            ? (true, value, null)
            : (false, null, null),
        value => YamlValue.OfText(FormatTimestamp(value.GetValueOrDefault())));

    /// <summary>A number or a name, kept as text: Kubernetes' IntOrString.</summary>
    public static Codec<string> IntOrText { get; } = new ScalarCodec<string>(
        "a number or a name", "",
        node => (node.Type is ScalarType.Text or ScalarType.Integer, node.Text, null),
        value => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? YamlValue.Scalar(value, quoted: false)
            : YamlValue.OfText(value));

    /// <summary>Names are the enum's members in UPPER_SNAKE_CASE; the zero member is the default.</summary>
    public static Codec<T> Enum<T>() where T : struct, Enum => new EnumCodec<T>();

    /// <summary>Names are the enum's members as they are; the zero member is the default.</summary>
    public static Codec<T> Names<T>() where T : struct, Enum =>
        new EnumCodec<T>([.. System.Enum.GetValues<T>().Select(value => (value, value.ToString()))]);

    /// <summary><c>1h2m3s4ms</c> without fractions; 0 means "off".</summary>
    /// <remarks>Source: Gateway API GEP-2257.</remarks>
    public static Codec<TimeSpan?> GatewayApiDuration { get; } = new ScalarCodec<TimeSpan?>(
        "a duration such as 5s or 100ms", null,
        node => node.Type is not (ScalarType.Text or ScalarType.Integer) ? (false, null, null)
            : Yaml.GatewayApiDuration.TryParse(node.Text, out var value) ? (true, value, null)
            : (false, null, $"\"{node.Text}\" is not a duration; write 5s, 100ms or 1h30m, without fractions"),
        value => YamlValue.OfText(Yaml.GatewayApiDuration.Format(value.GetValueOrDefault())));

    /// <summary>Any value, kept as canonical YAML text: what the mesh hands on without looking into it.</summary>
    public static Codec<string> Raw { get; } = new RawCodec();

    public static Codec<T?> Optional<T>(Codec<T> inner) where T : struct => new OptionalCodec<T>(inner);

    public static ListCodec<T> List<T>(Codec<T> item) => new(item);

    public static MapCodec<T> Map<T>(Codec<T> value) => new(value);

    public static PortMapCodec<T> PortMap<T>(Codec<T> value) => new(value);

    internal static string FormatTimestamp(DateTimeOffset value) =>
        value.UtcTicks % TimeSpan.TicksPerSecond == 0
            ? value.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : value.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    private static ScalarCodec<TimeSpan?> DurationCodec(TimeSpan minimum) => new(
        "a duration such as 5s or 100ms", null,
        node =>
        {
            if (node.Type != ScalarType.Text) return (false, null, null);
            if (!GoDuration.TryParse(node.Text, out var value))
                return (false, null, $"\"{node.Text}\" is not a duration; write 5s, 100ms or 1h30m");
            if (value < minimum) return (false, null, $"duration {node.Text} must be at least {GoDuration.Format(minimum)}");
            return value.Ticks % TimeSpan.TicksPerMillisecond != 0
                ? (false, null, $"duration {node.Text} must be a whole number of milliseconds")
                : (true, value, null);
        },
        value => YamlValue.OfText(GoDuration.Format(value.GetValueOrDefault())));

    private static (bool, bool, string?) ParseBool(YamlValue node) => node.Type != ScalarType.Bool
        ? (false, false, null)
        : (true, node.Text.ToLowerInvariant() is "true" or "yes" or "on", null);
}
