using System.Globalization;
using System.Text;
using Amazon.SQS;
using Amazon.SQS.Model;

namespace Mesh.Payments.Messaging.Sqs;

/// <summary>Sends messages in batches, as few as SQS allows.</summary>
internal sealed class SqsSender(IAmazonSQS client, string queueUrl)
{
    /// <summary>A batch as a whole may have 256 KiB where the queue was not told otherwise; attributes count too.</summary>
    private const int BytesLimit = 240 * 1024;

    private const int CountLimit = 10;
    private const int AttributeBytes = 512;

    /// <returns>What the queue did not take, with its reason.</returns>
    /// <exception cref="AmazonSQSException">The queue cannot be reached, or refuses everything.</exception>
    public async Task<IReadOnlyList<(Messaging.Message Message, string Reason)>> SendAsync(
        IReadOnlyList<Messaging.Message> messages, CancellationToken cancellationToken)
    {
        var refused = await Task.WhenAll(Batches(messages).Select(batch => SendBatchAsync(batch, cancellationToken))).ConfigureAwait(false);
        return [.. refused.SelectMany(one => one)];
    }

    private async Task<IReadOnlyList<(Messaging.Message Message, string Reason)>> SendBatchAsync(
        List<Messaging.Message> batch, CancellationToken cancellationToken)
    {
        var response = await client.SendMessageBatchAsync(
            new SendMessageBatchRequest
            {
                QueueUrl = queueUrl,
                Entries =
                [
                    .. batch.Select((message, index) => new SendMessageBatchRequestEntry
                    {
                        Id = index.ToString(CultureInfo.InvariantCulture),
                        MessageBody = message.Body,
                        MessageAttributes = SqsMessages.AttributesOf(message),
                    }),
                ],
            },
            cancellationToken).ConfigureAwait(false);
        return [.. (response.Failed ?? []).Select(one => (batch[int.Parse(one.Id, CultureInfo.InvariantCulture)], $"{one.Code} {one.Message}"))];
    }

    private static IEnumerable<List<Messaging.Message>> Batches(IReadOnlyList<Messaging.Message> messages)
    {
        var batch = new List<Messaging.Message>();
        var bytes = 0;
        foreach (var message in messages)
        {
            var size = Encoding.UTF8.GetByteCount(message.Body) + AttributeBytes;
            if (batch.Count == CountLimit || (batch.Count > 0 && bytes + size > BytesLimit))
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }

            batch.Add(message);
            bytes += size;
        }

        if (batch.Count > 0) yield return batch;
    }
}
