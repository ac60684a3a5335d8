using System.Globalization;
using System.Net;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using Mesh.Aws;
using Mesh.Hosting;

namespace Mesh.Payments.Messaging.Sqs;

/// <summary>
/// A standard queue of SQS with a dead-letter queue. A lease is SQS's visibility timeout. What is given up is moved to the
/// dead-letter queue with its reason; what ends its process each time, SQS moves there itself by the queue's redrive policy.
/// </summary>
internal sealed class SqsMessageQueue(IAmazonSQS client, Uri queue, TimeProvider time) : IMessageQueue, IDeadLetters
{
    /// <summary>SQS hides no message for longer than 12 hours.</summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromHours(12);

    /// <summary>The longest that a receive may wait for messages.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    /// <summary>How long dead letters are hidden while they are looked through.</summary>
    private static readonly TimeSpan LookLease = TimeSpan.FromSeconds(30);

    /// <summary>A receive with a short wait asks all of SQS's servers; one without may find nothing though there is something.</summary>
    private static readonly TimeSpan LookWait = TimeSpan.FromSeconds(1);

    private const int LookLimit = 10_000;
    private const string RedrivePolicy = "RedrivePolicy";
    private const string DeadLetterTarget = "deadLetterTargetArn";

    private string? deadLetterUrl;

    public string Description => queue.AbsoluteUri;

    public int BatchLimit => 10;

    /// <summary>By the queue's redrive policy.</summary>
    public bool GivesUpByItself => true;

    /// <summary>Looks whether the queue can be used as it is configured. That SQS cannot be reached is no reason not to start.</summary>
    /// <exception cref="StartupException">There is no such queue, it refuses this process, or it has no dead-letter queue.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await DeadLetterUrlAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is InvalidOperationException or AwsCredentialsException
            or AmazonServiceException { StatusCode: >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError })
        {
            throw new StartupException($"cannot use the queue {Description}: {exception.Message}", ExitCodes.Failed, exception);
        }
        catch (Exception exception) when (exception is AmazonClientException or HttpRequestException or IOException)
        {
            // The pump tells of it, and tries again.
        }
    }

    public async Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(
        int limit, TimeSpan lease, TimeSpan wait, CancellationToken cancellationToken)
    {
        var received = await ReceiveAsync(queue.AbsoluteUri, limit, lease, wait, cancellationToken).ConfigureAwait(false);
        return [.. received.Select(one => new ReceivedMessage(SqsMessages.Read(one), SqsMessages.AttemptsOf(one), one.ReceiptHandle))];
    }

    public async Task<IReadOnlyList<ReceivedMessage>> ExtendAsync(
        IReadOnlyList<ReceivedMessage> messages, TimeSpan lease, CancellationToken cancellationToken)
    {
        var failed = await ChangeVisibilityAsync(queue.AbsoluteUri, [.. messages.Select(one => one.Receipt)], lease, cancellationToken).ConfigureAwait(false);
        // Failures on the side of SQS say nothing about the lease; the next extension will tell.
        return [.. failed.Where(one => one.SenderFault == true).Select(one => messages[int.Parse(one.Id, CultureInfo.InvariantCulture)])];
    }

    public async Task CompleteAsync(IReadOnlyList<ReceivedMessage> messages, CancellationToken cancellationToken)
    {
        var response = await client.DeleteMessageBatchAsync(
            new DeleteMessageBatchRequest
            {
                QueueUrl = queue.AbsoluteUri,
                Entries = [.. messages.Select((one, index) => new DeleteMessageBatchRequestEntry(index.ToString(CultureInfo.InvariantCulture), one.Receipt))],
            },
            cancellationToken).ConfigureAwait(false);
        // A receipt that is no longer good belongs to a message that somebody else has now.
        if (response.Failed?.Find(one => one.SenderFault != true) is { } failed)
            throw new InvalidOperationException($"SQS did not delete a message: {failed.Code} {failed.Message}");
    }

    public Task ReturnAsync(ReceivedMessage message, TimeSpan delay, bool isAttempt, CancellationToken cancellationToken) =>
        ChangeVisibilityAsync(queue.AbsoluteUri, [message.Receipt], delay < LongestDelay ? delay : LongestDelay, cancellationToken);

    public async Task BuryAsync(ReceivedMessage message, string reason, CancellationToken cancellationToken)
    {
        var attributes = SqsMessages.AttributesOf(message.Message);
        attributes[SqsMessages.Reason] = SqsMessages.Text(reason.Length == 0 ? "no reason" : reason);
        var dead = new SendMessageRequest
        {
            QueueUrl = await DeadLetterUrlAsync(cancellationToken).ConfigureAwait(false),
            MessageBody = message.Message.Body,
            MessageAttributes = attributes,
        };
        // Twice there is better than nowhere.
        await client.SendMessageAsync(dead, cancellationToken).ConfigureAwait(false);
        await client.DeleteMessageAsync(queue.AbsoluteUri, message.Receipt, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<DeadLetter>> ListAsync(int limit, CancellationToken cancellationToken)
    {
        var found = new List<DeadLetter>();
        await LookAsync(
            (one, _) =>
            {
                found.Add(new DeadLetter(SqsMessages.Read(one), SqsMessages.AttemptsOf(one),
                    SqsMessages.Attribute(one, SqsMessages.Reason) ?? "moved by SQS after too many deliveries", time.GetUtcNow()));
                return Task.FromResult(found.Count >= limit);
            },
            cancellationToken).ConfigureAwait(false);
        return found.Count > limit ? found[..limit] : found;
    }

    public async Task<bool> ReplayAsync(string id, CancellationToken cancellationToken)
    {
        var isReplayed = false;
        await LookAsync(
            async (one, deadUrl) =>
            {
                var message = SqsMessages.Read(one);
                if (message.Id != id) return false;
                var again = new SendMessageRequest { QueueUrl = queue.AbsoluteUri, MessageBody = message.Body, MessageAttributes = SqsMessages.AttributesOf(message) };
                await client.SendMessageAsync(again, cancellationToken).ConfigureAwait(false);
                await client.DeleteMessageAsync(deadUrl, one.ReceiptHandle, cancellationToken).ConfigureAwait(false);
                return isReplayed = true;
            },
            cancellationToken).ConfigureAwait(false);
        return isReplayed;
    }

    /// <summary>Shows the dead letters one by one, until one is enough, and leaves them where they are.</summary>
    private async Task LookAsync(Func<Amazon.SQS.Model.Message, string, Task<bool>> isEnough, CancellationToken cancellationToken)
    {
        var deadUrl = await DeadLetterUrlAsync(cancellationToken).ConfigureAwait(false);
        var seen = new List<string>();
        try
        {
            while (seen.Count < LookLimit)
            {
                var some = await ReceiveAsync(deadUrl, BatchLimit, LookLease, LookWait, cancellationToken).ConfigureAwait(false);
                if (some.Count == 0) return;
                seen.AddRange(some.Select(one => one.ReceiptHandle));
                foreach (var one in some)
                {
                    if (await isEnough(one, deadUrl).ConfigureAwait(false)) return;
                }
            }
        }
        finally
        {
            foreach (var batch in seen.Chunk(BatchLimit))
                await ChangeVisibilityAsync(deadUrl, batch, TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task<List<Amazon.SQS.Model.Message>> ReceiveAsync(
        string url, int limit, TimeSpan lease, TimeSpan wait, CancellationToken cancellationToken)
    {
        var response = await client.ReceiveMessageAsync(
            new ReceiveMessageRequest
            {
                QueueUrl = url,
                MaxNumberOfMessages = Math.Min(limit, BatchLimit),
                VisibilityTimeout = Seconds(lease),
                WaitTimeSeconds = Seconds(wait < LongestWait ? wait : LongestWait),
                MessageAttributeNames = ["All"],
                MessageSystemAttributeNames = SqsMessages.SystemAttributes,
            },
            cancellationToken).ConfigureAwait(false);
        return response.Messages ?? [];
    }

    private async Task<List<BatchResultErrorEntry>> ChangeVisibilityAsync(
        string url, IReadOnlyList<string> receipts, TimeSpan delay, CancellationToken cancellationToken)
    {
        var response = await client.ChangeMessageVisibilityBatchAsync(
            new ChangeMessageVisibilityBatchRequest
            {
                QueueUrl = url,
                Entries =
                [
                    .. receipts.Select((receipt, index) => new ChangeMessageVisibilityBatchRequestEntry
                    {
                        Id = index.ToString(CultureInfo.InvariantCulture),
                        ReceiptHandle = receipt,
                        VisibilityTimeout = Seconds(delay),
                    }),
                ],
            },
            cancellationToken).ConfigureAwait(false);
        return response.Failed ?? [];
    }

    /// <summary>A dead-letter queue is of the same account and region as its queue.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    private async Task<string> DeadLetterUrlAsync(CancellationToken cancellationToken)
    {
        if (deadLetterUrl is not null) return deadLetterUrl;
        var request = new GetQueueAttributesRequest(queue.AbsoluteUri, [RedrivePolicy]);
        var response = await client.GetQueueAttributesAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.Attributes is not { } attributes || !attributes.TryGetValue(RedrivePolicy, out var policy))
            throw new InvalidOperationException("it has no redrive policy; give it a dead-letter queue, so that no message can be lost or block it");
        using var json = JsonDocument.Parse(policy);
        var arn = json.RootElement.GetProperty(DeadLetterTarget).GetString()!;
        return deadLetterUrl = new Uri(queue, arn[(arn.LastIndexOf(':') + 1)..]).AbsoluteUri;
    }

    private static int Seconds(TimeSpan duration) => (int)Math.Ceiling(duration.TotalSeconds);
}
