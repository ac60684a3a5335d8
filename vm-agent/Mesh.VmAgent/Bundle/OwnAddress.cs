using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Mesh.VmAgent.Bundle;

/// <summary>Addresses of this machine.</summary>
internal static class OwnAddress
{
    /// <summary>Addresses of documentation, RFC 5737 and 3849: nothing is sent there, the kernel is only asked for the way.</summary>
    private static readonly IPAddress[] Elsewhere = [IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1")];

    /// <summary>
    /// The one the default route leaves from, rather than Istio's first of <c>hostname --all-ip-addresses</c>, which may be that
    /// of a container bridge. Null on a machine without a network.
    /// </summary>
    public static IPAddress? OfDefaultRoute()
    {
        foreach (var there in Elsewhere)
        {
            using var socket = new Socket(there.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                socket.Connect(there, 9);
                if (socket.LocalEndPoint is IPEndPoint { Address: var own } && !IPAddress.IsLoopback(own)) return own;
            }
            catch (SocketException)
            {
                // No route of this family.
            }
        }

        return All().FirstOrDefault(address => !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal);
    }

    /// <summary>True for loopback addresses too, all of which are this machine's.</summary>
    public static bool IsOwn(IPAddress address) => IPAddress.IsLoopback(address) || All().Contains(address);

    private static IEnumerable<IPAddress> All() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(card => card.OperationalStatus == OperationalStatus.Up)
        .SelectMany(card => card.GetIPProperties().UnicastAddresses.Select(address => address.Address));
}
