using System.Collections.Concurrent;
using Mesh.Istiod.Xds;

namespace Mesh.Istiod.Tests.Xds;

/// <summary>Wants all listeners, and remembers what it was given.</summary>
internal sealed class TestConsumer(XdsNode node) : IAdsConsumer
{
    public ConcurrentQueue<XdsResponse> Received { get; } = new();

    /// <summary>What it has to say against a response; null for nothing.</summary>
    public Func<XdsResponse, string?> Opinion { get; set; } = _ => null;

    public XdsNode Node() => node;

    public IReadOnlyList<XdsSubscription> Subscriptions() => [XdsSubscription.ToAll(XdsTypes.Listener)];

    public string? Receive(XdsResponse response)
    {
        Received.Enqueue(response);
        return Opinion(response);
    }
}
