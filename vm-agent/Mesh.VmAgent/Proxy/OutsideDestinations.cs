using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Mesh.Config.Model;

namespace Mesh.VmAgent.Proxy;

/// <summary>Destinations that the mesh does not know, resolved by the machine's own DNS and dialled in plain text.</summary>
/// <remarks>Source: Istio, outboundTrafficPolicy ALLOW_ANY, "PassthroughCluster".</remarks>
/// <param name="doors">Where this agent listens for its application.</param>
public sealed class OutsideDestinations(IReadOnlyCollection<IPEndPoint> doors)
{
    public const string ClusterName = "PassthroughCluster";

    /// <summary>Kept so that connections are shared; bounded, since callers choose the names.</summary>
    private const int Limit = 1024;

    private readonly ConcurrentDictionary<Destination, Upstream> known = new();

    /// <summary>Null with the reason when the name has no address, or would lead back to this listener.</summary>
    public async Task<(Upstream? Upstream, string Problem)> ResolveAsync(Destination destination, CancellationToken cancellationToken)
    {
        IPAddress[] addresses;
        try
        {
            addresses = await Dns.GetHostAddressesAsync(destination.Host, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException error)
        {
            return (null, $"{destination.Host} is not a service of the mesh and has no address: {error.Message}");
        }

        if (doors.Any(door => destination.Port == door.Port && addresses.Contains(door.Address)))
            return (null, $"{destination} is this proxy itself; requests must name the service they are for");
        return (Keep(destination, addresses), "");
    }

    private Upstream Keep(Destination destination, IPAddress[] addresses)
    {
        var made = new Upstream
        {
            Key = new UpstreamKey(destination.Host, destination.Port),
            Tls = ClientTlsMode.Disable,
            Sni = destination.Host,
            MeshExternal = true,
            Endpoints = [.. addresses.Select(address => address.ToString()).Order(StringComparer.Ordinal)
                .Select(address => new ProxyEndpoint { Address = address, Port = destination.Port })],
        };
        if (known.Count >= Limit) known.Clear();
        return known.AddOrUpdate(destination, made, (_, old) => SameAddresses(old.Endpoints, made.Endpoints) ? old : made);
    }

    private static bool SameAddresses(ImmutableArray<ProxyEndpoint> one, ImmutableArray<ProxyEndpoint> other) =>
        one.Select(endpoint => endpoint.Address).SequenceEqual(other.Select(endpoint => endpoint.Address));
}
