using System.Net;

namespace Mesh.Payments.Api;

/// <summary>The addresses whose word about the caller's identity counts: the workload's own proxy.</summary>
internal sealed class TrustedProxies(IReadOnlyList<IPNetwork> networks)
{
    public bool Contains(IPAddress? address)
    {
        if (address is null) return false;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return networks.Any(network => network.Contains(plain));
    }

    /// <summary>An address or a range, <c>127.0.0.6</c> or <c>10.0.0.0/24</c>.</summary>
    /// <exception cref="FormatException">Neither.</exception>
    public static IPNetwork Parse(string text)
    {
        if (IPAddress.TryParse(text, out var address) && text.AsSpan().ContainsAny('.', ':'))
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        return IPNetwork.TryParse(text, out var network)
            ? network
            : throw new FormatException($"'{text}' is not an address or range; write for example 127.0.0.6 or 10.0.0.0/24");
    }
}
