using System.Globalization;
using Amazon.SQS.Model;

namespace Mesh.Payments.Messaging.Sqs;

/// <summary>Messages as SQS carries them: what is ours in attributes beside the body.</summary>
internal static class SqsMessages
{
    public const string Reason = "dead-letter-reason";
    private const string Id = "message-id";
    private const string Type = "message-type";
    private const string Trace = "traceparent";
    private const string Sent = "sent";
    private const string SqsSent = "SentTimestamp";
    private const string SqsReceived = "ApproximateReceiveCount";

    /// <summary>What is asked for with each message.</summary>
    public static List<string> SystemAttributes => [SqsSent, SqsReceived];

    public static Dictionary<string, MessageAttributeValue> AttributesOf(Messaging.Message message)
    {
        var attributes = new Dictionary<string, MessageAttributeValue>
        {
            [Id] = Text(message.Id),
            [Type] = Text(message.Type),
            [Sent] = Text(message.CreateTime.ToString("O", CultureInfo.InvariantCulture)),
        };
        if (message.TraceParent is { } trace) attributes[Trace] = Text(trace);
        return attributes;
    }

    /// <summary>A message without our attributes is an event that somebody else sent.</summary>
    public static Messaging.Message Read(Amazon.SQS.Model.Message message) => new()
    {
        Id = Attribute(message, Id) ?? message.MessageId,
        Type = Attribute(message, Type) ?? MessageTypes.Event,
        Body = message.Body,
        TraceParent = Attribute(message, Trace),
        CreateTime = Attribute(message, Sent) is { } sent
            && DateTimeOffset.TryParse(sent, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                ? time
                : DateTimeOffset.FromUnixTimeMilliseconds(Number(message, SqsSent)),
    };

    public static int AttemptsOf(Amazon.SQS.Model.Message message) => (int)Math.Max(1, Number(message, SqsReceived));

    public static string? Attribute(Amazon.SQS.Model.Message message, string name) =>
        message.MessageAttributes is { } attributes && attributes.TryGetValue(name, out var value) ? value.StringValue : null;

    public static MessageAttributeValue Text(string value) => new() { DataType = "String", StringValue = value };

    private static long Number(Amazon.SQS.Model.Message message, string name) =>
        message.Attributes is { } attributes && attributes.TryGetValue(name, out var text)
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
