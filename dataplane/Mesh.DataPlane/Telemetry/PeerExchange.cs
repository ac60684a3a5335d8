using System.Collections.Concurrent;
using Mesh.DataPlane.Http;
using Mesh.DataPlane.Tcp;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Telemetry;

/// <summary>
/// Tells peers of the mesh who this workload is, and hears who they are. Only those count as peers whose certificate was verified: what
/// anybody else says of himself is taken away and not believed, and nobody else is told.
/// </summary>
public sealed class PeerExchange
{
    private const int CacheLimit = 512;

    private readonly ConcurrentDictionary<string, WorkloadMetadata> heard = new(StringComparer.Ordinal);

    /// <param name="id">As Istio's node ids: <c>router~ADDRESS~NAME.NAMESPACE~NAMESPACE.svc.cluster.local</c>.</param>
    public PeerExchange(string id, WorkloadMetadata own)
    {
        Id = id;
        Metadata = PeerMetadata.Encode(own);
    }

    public string Id { get; }

    /// <summary>As it goes into the header.</summary>
    public string Metadata { get; }

    /// <summary>Takes away what the caller says of itself; where it is a peer, it is believed and told of us.</summary>
    internal void Receive(HttpContext context, RequestLog record)
    {
        var headers = context.Request.Headers;
        var hasId = headers.Remove(PeerMetadata.IdHeader);
        if (!headers.Remove(PeerMetadata.Header, out var told) && !hasId) return;
        if (context.Features.Get<IMeshConnectionFeature>()?.Peer is null) return;
        if (told.Count == 1) record.Peer = Read(told[0]!);
        context.Response.OnStarting(() =>
        {
            context.Response.Headers[PeerMetadata.IdHeader] = Id;
            context.Response.Headers[PeerMetadata.Header] = Metadata;
            return Task.CompletedTask;
        });
    }

    /// <summary>Null for what nobody can read.</summary>
    internal WorkloadMetadata? Read(string text)
    {
        if (heard.TryGetValue(text, out var known)) return known;
        if (PeerMetadata.Decode(text)?.WithoutInstance() is not { } read) return null;
        // Peers are few; who makes up new ones for every request starts over.
        if (heard.Count >= CacheLimit) heard.Clear();
        heard[text] = read;
        return read;
    }
}
