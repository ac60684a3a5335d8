using Mesh.Hosting.AccessLogs;

namespace Mesh.LocalMesh;

/// <summary>
/// The way of one call, put together from the access logs of the processes it passed. Processes that see the request
/// are found by its trace id; a gateway that only moves bytes is found by the connection: our side of the upstream
/// connection in one log is the remote side in the next.
/// </summary>
internal sealed record CallPath(IReadOnlyList<AccessLogEntry> Hops)
{
    public AccessLogEntry? Server => Hops.Count == 0 ? null : Hops[^1];

    /// <summary>SPIFFE id of the caller as the last hop saw it.</summary>
    public string Identity => Server?.DownstreamPeerUriSan ?? "";

    public override string ToString() => string.Join(" → ", Hops.Select(hop => hop.Process));

    /// <param name="traceId">32 hex digits.</param>
    /// <param name="entries">All lines of all processes.</param>
    public static CallPath Of(string traceId, IReadOnlyList<AccessLogEntry> entries)
    {
        var requests = entries.Where(entry => entry.TraceId == traceId).OrderBy(entry => entry.StartTime).ToList();
        var connections = entries.Where(entry => entry.Kind == AccessLogKind.TcpConnected).ToList();
        var reached = new HashSet<AccessLogEntry>(ReferenceEqualityComparer.Instance);
        var next = new Dictionary<AccessLogEntry, List<AccessLogEntry>>(ReferenceEqualityComparer.Instance);
        foreach (var request in requests)
        {
            var hops = Follow(request, requests, connections);
            next[request] = hops;
            if (hops.Count > 0) reached.Add(hops[^1]);
        }

        var path = new List<AccessLogEntry>();
        var current = requests.FirstOrDefault(request => !reached.Contains(request));
        while (current is not null && !path.Contains(current))
        {
            path.Add(current);
            var hops = next.GetValueOrDefault(current) ?? [];
            path.AddRange(hops.Take(hops.Count - 1));
            current = hops.Count > 0 ? hops[^1] : null;
        }

        return new CallPath(path);
    }

    /// <summary>The connections between a request and the same request in the next process, that one last; empty at the end.</summary>
    private static List<AccessLogEntry> Follow(
        AccessLogEntry from, List<AccessLogEntry> requests, List<AccessLogEntry> connections)
    {
        var hops = new List<AccessLogEntry>();
        var current = from;
        // A path longer than this is a loop.
        for (var hop = 0; hop < 8 && current.UpstreamLocalAddress is not null; hop++)
        {
            var request = requests.FirstOrDefault(entry => !ReferenceEquals(entry, from) && Joins(current, entry));
            if (request is not null)
            {
                hops.Add(request);
                return hops;
            }

            // Ports are used again: the youngest connection that is not younger than the request counts.
            var connection = connections.LastOrDefault(entry => !ReferenceEquals(entry, current) && Joins(current, entry));
            if (connection is null) break;
            hops.Add(connection);
            current = connection;
        }

        return [];
    }

    private static bool Joins(AccessLogEntry from, AccessLogEntry to) =>
        from.UpstreamLocalAddress == to.DownstreamRemoteAddress ||
        // Address translation between networks changes the address and keeps the port.
        (from.UpstreamHost == to.DownstreamLocalAddress &&
         Port(from.UpstreamLocalAddress) == Port(to.DownstreamRemoteAddress));

    private static string Port(string? address) => address?[(address.LastIndexOf(':') + 1)..] ?? "";
}
