namespace Mesh.Payments.Messaging.Events;

/// <summary>An application whose events ask for payments.</summary>
/// <param name="Source">The <c>source</c> of its events; the policy of the event bus says who may send it.</param>
/// <param name="Identity">The caller it counts as: whose keys its events are, and for which merchants it may act.</param>
internal sealed record EventSource(string Source, string Identity)
{
    private const string AwsPrefix = "aws.";

    /// <summary><c>legacy.billing=spiffe://cluster.local/ns/prod/sa/legacy-billing</c>.</summary>
    /// <exception cref="FormatException">Not of that form.</exception>
    public static EventSource Parse(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var (source, identity) = equals < 0 ? ("", "") : (text[..equals], text[(equals + 1)..]);
        if (source.Length > 0 && !source.StartsWith(AwsPrefix, StringComparison.Ordinal) && identity.StartsWith("spiffe://", StringComparison.Ordinal))
            return new EventSource(source, identity);
        throw new FormatException($"'{text}' is not a source of events; write SOURCE=SPIFFE-ID");
    }
}
