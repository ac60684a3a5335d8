using System.Text.Json.Nodes;
using Google.Protobuf;
using Mesh.Istiod.Protos.Xds;
using Mesh.Istiod.Xds;
using Xunit;

namespace Mesh.Istiod.Tests.Xds;

/// <summary>One recorded stream (with its reconnects), played from istiod's side.</summary>
internal sealed class Replay(AdsFixture fixture, IReadOnlyList<RecordedEvent> events, bool delta)
{
    private FakeStream? stream;
    private bool repeatsHealth;
    private bool hasReported;
    private int compared;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < events.Count; i++)
        {
            var next = events.Skip(i + 1).FirstOrDefault(one => one.Kind is "send" or "recv" or "close" or "end");
            await PlayAsync(events[i], next, cancellationToken);
        }

        Assert.True(compared >= 4, $"{compared} messages were compared");
    }

    private async Task PlayAsync(RecordedEvent one, RecordedEvent? next, CancellationToken cancellationToken)
    {
        switch (one.Kind)
        {
            case "open":
                stream = await fixture.Istiod.AcceptAsync(cancellationToken);
                Assert.Equal(
                    (delta ? "DeltaAggregatedResources" : "StreamAggregatedResources", "Bearer <token legacy-billing>", "eks-a"),
                    (stream.Method, stream.Authorization, stream.ClusterId));
                repeatsHealth = hasReported;
                break;
            case "send" when one.Label != "ACK":
                await ActAsync(one, cancellationToken);
                await CompareAsync(one, cancellationToken);
                break;
            case "recv":
                await stream!.SendAsync(Response(one), cancellationToken);
                if (next is { Kind: "send", Label: "ACK" } && next.Type == one.Type) await CompareAsync(next, cancellationToken);
                else await IsAcknowledgedAsync(one, cancellationToken);
                break;
            case "close" or "end" when stream is not null:
                stream.Cut();
                stream = null;
                break;
        }
    }

    /// <summary>What the client is told to say; the rest it says by itself.</summary>
    private async Task ActAsync(RecordedEvent one, CancellationToken cancellationToken)
    {
        var (type, names, report) = Recorded(one);
        if (one.Type == "HealthInformation")
        {
            var isRepetition = repeatsHealth && report.Healthy;
            // The recorded client had nothing to repeat here.
            if (repeatsHealth && !isRepetition) await stream!.ReadAsync(cancellationToken);
            repeatsHealth = false;
            hasReported = true;
            if (!isRepetition) await fixture.Client.ReportAsync(report, cancellationToken);
        }
        else if (one.Type != "Listener")
        {
            await fixture.Client.SubscribeAsync(new XdsSubscription(type, [.. names]), cancellationToken);
        }
    }

    private async Task CompareAsync(RecordedEvent one, CancellationToken cancellationToken)
    {
        var sent = await stream!.ReadAsync(cancellationToken) ?? throw new EndOfStreamException("the client has finished");
        Assert.Equal(Text(one.Bytes!), Text(sent));
        compared++;
    }

    private async Task IsAcknowledgedAsync(RecordedEvent response, CancellationToken cancellationToken)
    {
        var text = Text(await stream!.ReadAsync(cancellationToken) ?? throw new EndOfStreamException("the client has finished"));
        Assert.Contains(response.Nonce, text, StringComparison.Ordinal);
        Assert.DoesNotContain("errorDetail", text, StringComparison.Ordinal);
    }

    private (string Type, IEnumerable<string> Names, HealthReport Report) Recorded(RecordedEvent one)
    {
        if (delta)
        {
            var request = DeltaDiscoveryRequest.Parser.ParseFrom(one.Bytes);
            return (request.TypeUrl, request.ResourceNamesSubscribe, new HealthReport(request.ErrorDetail is null, request.ErrorDetail?.Message ?? ""));
        }

        var full = DiscoveryRequest.Parser.ParseFrom(one.Bytes);
        return (full.TypeUrl, full.ResourceNames, new HealthReport(full.ErrorDetail is null, full.ErrorDetail?.Message ?? ""));
    }

    private byte[] Response(RecordedEvent one)
    {
        if (one.Bytes is { } bytes) return bytes;
        return delta
            ? Listeners.Delta(one.Nonce, one.Version, one.Resources).ToByteArray()
            : Listeners.StateOfTheWorld(one.Nonce, one.Version, one.Resources).ToByteArray();
    }

    /// <summary>The message decoded; who recorded it calls itself otherwise than we do.</summary>
    private string Text(byte[] bytes)
    {
        if (delta)
        {
            var request = DeltaDiscoveryRequest.Parser.ParseFrom(bytes);
            if (request.Node is not null) request.Node.UserAgentName = "";
            return Sorted(JsonNode.Parse(request.ToString()))!.ToJsonString();
        }

        var full = DiscoveryRequest.Parser.ParseFrom(bytes);
        if (full.Node is not null) full.Node.UserAgentName = "";
        return Sorted(JsonNode.Parse(full.ToString()))!.ToJsonString();
    }

    /// <summary>Maps have no order.</summary>
    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject item => new JsonObject(item.OrderBy(field => field.Key, StringComparer.Ordinal)
            .Select(field => KeyValuePair.Create(field.Key, Sorted(field.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
