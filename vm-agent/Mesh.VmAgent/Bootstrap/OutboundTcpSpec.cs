using System.Net;
using Mesh.Hosting.Networking;
using Mesh.VmAgent.Proxy;

namespace Mesh.VmAgent.Bootstrap;

/// <summary>One <c>--outbound-tcp</c>: whoever dials <paramref name="Listen"/> reaches <paramref name="Destination"/>.</summary>
public sealed record OutboundTcpSpec(IPEndPoint Listen, Destination Destination)
{
    /// <summary>Reads <c>ADDR:PORT=HOST:PORT</c>.</summary>
    /// <exception cref="FormatException">Another form; the message shows the right one.</exception>
    public static OutboundTcpSpec Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0 || Destination.Parse(text[(equals + 1)..], defaultPort: 0) is not { } destination)
        {
            throw new FormatException(
                $"'{text}' does not say where to listen and where to go; write ADDR:PORT=HOST:PORT, for example 127.0.0.1:5432=db.prod.svc.cluster.local:5432");
        }

        return new OutboundTcpSpec(AddressParsing.EndPoint(text[..equals]), destination);
    }
}
