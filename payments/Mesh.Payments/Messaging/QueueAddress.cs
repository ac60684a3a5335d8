using System.Text.RegularExpressions;

namespace Mesh.Payments.Messaging;

/// <summary>Where messages wait, as the setting <c>queue</c> says: the database, or a queue of SQS.</summary>
/// <param name="Sqs">The queue's URL; null for the database.</param>
internal sealed partial record QueueAddress(Uri? Sqs)
{
    private const string DatabaseText = "database";
    private const string SqsPrefix = "sqs:";

    public static QueueAddress Database { get; } = new((Uri?)null);

    /// <summary>The region that the URL names, as those of AWS do; null when it names none.</summary>
    public string? Region => Sqs is not null && RegionInHost().Match(Sqs.Host) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary><c>database</c>, or <c>sqs:</c> and the URL of a queue.</summary>
    /// <exception cref="FormatException">Neither.</exception>
    public static QueueAddress Parse(string text)
    {
        if (text == DatabaseText) return Database;
        var isUrl = text.StartsWith(SqsPrefix, StringComparison.Ordinal) & Uri.TryCreate(text[Math.Min(SqsPrefix.Length, text.Length)..], UriKind.Absolute, out var url);
        if (!isUrl || url!.Scheme is not ("https" or "http") || url.AbsolutePath.Count(character => character == '/') != 2)
            throw new FormatException($"'{text}' is not a queue; write database or sqs:https://sqs.REGION.amazonaws.com/ACCOUNT/NAME");
        if (url.AbsolutePath.EndsWith(".fifo", StringComparison.Ordinal))
            throw new FormatException($"'{text}' is a FIFO queue, which is not needed and would hold up payments behind each other; use a standard queue");
        return new QueueAddress(url);
    }

    public override string ToString() => Sqs is null ? DatabaseText : SqsPrefix + Sqs;

    [GeneratedRegex(@"(?:^|\.)sqs\.([a-z0-9-]+)\.")]
    private static partial Regex RegionInHost();
}
