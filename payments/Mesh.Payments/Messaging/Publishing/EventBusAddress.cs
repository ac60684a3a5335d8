namespace Mesh.Payments.Messaging.Publishing;

/// <summary>A bus of EventBridge, as the setting <c>events</c> says.</summary>
/// <param name="Bus">Name or ARN.</param>
internal sealed record EventBusAddress(string Bus)
{
    private const string Prefix = "eventbridge:";
    private const int RegionPart = 3;
    private const int ArnParts = 6;

    /// <summary>The region that an ARN names; null for a name.</summary>
    public string? Region => Bus.Split(':') is { Length: ArnParts } parts ? parts[RegionPart] : null;

    /// <summary><c>eventbridge:</c> and the name or ARN of a bus.</summary>
    /// <exception cref="FormatException">Not such an address.</exception>
    public static EventBusAddress Parse(string text)
    {
        var bus = text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..] : "";
        var isArn = bus.StartsWith("arn:", StringComparison.Ordinal) && bus.Split(':') is { Length: ArnParts } parts && parts[2] == "events";
        var isName = bus.Length > 0 && !bus.Contains(':', StringComparison.Ordinal);
        return isArn || isName ? new EventBusAddress(bus) : throw new FormatException($"'{text}' is not an event bus; write eventbridge:NAME or eventbridge:ARN");
    }

    public override string ToString() => Prefix + Bus;
}
