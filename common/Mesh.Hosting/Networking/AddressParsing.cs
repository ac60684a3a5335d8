using System.Globalization;
using System.Net;

namespace Mesh.Hosting.Networking;

/// <summary>Parsers for settings that name addresses. Every <see cref="FormatException"/> says what is expected.</summary>
public static class AddressParsing
{
    /// <summary><c>127.0.0.1:8443</c>, <c>[::1]:8443</c>; <c>localhost</c> is 127.0.0.1. Port 0 asks for a free one.</summary>
    /// <exception cref="FormatException">Not an IP address and port.</exception>
    public static IPEndPoint EndPoint(string text)
    {
        var (host, port) = Split(text, lowestPort: 0);
        return new IPEndPoint(Address(host), port);
    }

    /// <summary>An IP address without port; brackets around IPv6 are accepted; <c>localhost</c> is 127.0.0.1.</summary>
    /// <exception cref="FormatException">Not an IP address.</exception>
    public static IPAddress Address(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return IPAddress.Loopback;
        // IPAddress.Parse also takes "1" and "127.1", which here are rather a port or a typing error.
        var canBeAddress = text.Contains(':', StringComparison.Ordinal) || text.Count(character => character == '.') == 3;
        if (canBeAddress && IPAddress.TryParse(text, out var address)) return address;
        throw new FormatException($"'{text}' is not an IP address; write for example 127.0.0.1 or ::1");
    }

    /// <summary><c>10.0.0.0/8</c>, <c>fd00::/8</c>, or a single address.</summary>
    /// <exception cref="FormatException">Not a network, or with bits set beyond its prefix.</exception>
    public static IPNetwork Network(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.Contains('/', StringComparison.Ordinal))
        {
            var address = Address(text);
            return new IPNetwork(address, address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128);
        }

        return IPNetwork.TryParse(text, out var network)
            ? network
            : throw new FormatException($"'{text}' is not a network; write for example 10.0.0.0/8 or fd00::/8, without bits beyond the prefix");
    }

    /// <summary>A host name or address and a port to dial, e.g. <c>istiod.istio-system.svc:15012</c>.</summary>
    /// <exception cref="FormatException">No host, or no port between 1 and 65535.</exception>
    public static DnsEndPoint HostAndPort(string text)
    {
        var (host, port) = Split(text, lowestPort: 1);
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown)
            throw new FormatException($"'{host}' in '{text}' is neither a host name nor an IP address");
        return new DnsEndPoint(host, port);
    }

    private static (string Host, int Port) Split(string text, int lowestPort)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.LastIndexOf(':');
        if (colon <= 0) throw new FormatException($"'{text}' has no port; write ADDRESS:PORT, for example 127.0.0.1:8443");
        var host = text[..colon];
        if (host.StartsWith('[') && host.EndsWith(']')) host = host[1..^1];
        else if (host.Contains(':', StringComparison.Ordinal))
            throw new FormatException($"'{text}' is ambiguous; write IPv6 addresses in brackets, for example [::1]:8443");

        var isNumber = int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port);
        if (!isNumber || port < lowestPort || port > IPEndPoint.MaxPort)
            throw new FormatException($"'{text[(colon + 1)..]}' in '{text}' is not a port; ports are {lowestPort} to 65535");
        return (host, port);
    }
}
