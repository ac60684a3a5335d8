using System.Collections.Immutable;
using System.Net;

namespace Mesh.DataPlane.Tcp.ProxyProtocol;

/// <summary>Which connections begin with a PROXY protocol header: all from trusted networks to certain ports. Others have none.</summary>
public sealed record ProxyProtocolPolicy
{
    public static ProxyProtocolPolicy None { get; } = new();

    /// <summary>Balancers that are believed. Empty: nobody sends headers.</summary>
    public ImmutableArray<IPNetwork> Trusted { get; init; } = [];

    /// <summary>Listener ports; empty: all.</summary>
    public ImmutableArray<int> Ports { get; init; } = [];

    public bool AppliesTo(int port) => Trusted.Length > 0 && (Ports.Length == 0 || Ports.Contains(port));

    public bool Trusts(EndPoint? peer)
    {
        if (peer is not IPEndPoint { Address: var address }) return false;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        foreach (var network in Trusted)
            if (network.Contains(address)) return true;
        return false;
    }
}
