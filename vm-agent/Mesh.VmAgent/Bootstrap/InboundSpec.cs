using System.Globalization;
using System.Net;
using Mesh.Hosting.Networking;

namespace Mesh.VmAgent.Bootstrap;

/// <summary>One <c>--inbound</c>: the application does not answer <paramref name="AppPort"/> on the app address, but here.</summary>
public sealed record InboundSpec(int AppPort, IPEndPoint Target)
{
    /// <summary>Reads <c>APPPORT=ADDR:PORT</c>.</summary>
    /// <exception cref="FormatException">Another form; the message shows the right one.</exception>
    public static InboundSpec Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var isPort = int.TryParse(text.AsSpan(0, Math.Max(equals, 0)), NumberStyles.None, CultureInfo.InvariantCulture, out var port);
        if (!isPort || port is < 1 or > IPEndPoint.MaxPort)
            throw new FormatException($"'{text}' is not an inbound port; write APPPORT=ADDR:PORT, for example 9080=127.0.0.1:9080");
        return new InboundSpec(port, AddressParsing.EndPoint(text[(equals + 1)..]));
    }
}
