using System.Net;

namespace Mesh.DataPlane.Tcp.ProxyProtocol;

/// <summary>What a balancer says about the connection that it carries on.</summary>
/// <param name="Source">The client; null for the balancer's own connections (LOCAL) and where it does not know (UNKNOWN).</param>
/// <param name="Destination">What the client dialled; null together with <paramref name="Source"/>.</param>
/// <param name="Length">Bytes of the header; the connection's own begin after them.</param>
public sealed record ProxyHeader(IPEndPoint? Source, IPEndPoint? Destination, int Length);
