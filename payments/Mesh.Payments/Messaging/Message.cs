using System.Diagnostics;

namespace Mesh.Payments.Messaging;

/// <summary>Something to be done after the transaction that decided it. It is delivered at least once.</summary>
internal sealed record Message
{
    /// <summary>Chosen by the sender; the same in every delivery.</summary>
    public required string Id { get; init; }

    /// <summary>Says which <see cref="IMessageHandler"/> it is for.</summary>
    public required string Type { get; init; }

    /// <summary>Text, usually JSON, of at most <see cref="LongestBody"/> characters, none of them a control character but tab and line ends.</summary>
    public required string Body { get; init; }

    /// <summary>The W3C trace context of what sent it.</summary>
    public string? TraceParent { get; init; }

    public required DateTimeOffset CreateTime { get; init; }

    /// <summary>However it is encoded, it fits into the 256 KiB that every SQS queue takes.</summary>
    public const int LongestBody = 64 * 1024;

    /// <summary>With a new id, as part of the current trace.</summary>
    public static Message New(string type, string body, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now).ToString("N"),
        Type = type,
        Body = body,
        TraceParent = Activity.Current?.Id,
        CreateTime = now,
    };
}
