namespace Mesh.Bench.Gateway.Proxies;

/// <summary>Where a proxy listens.</summary>
/// <param name="Plain">h2c; the path decides where requests go.</param>
/// <param name="Large">The same, but for callers of the backend itself, which does not look at paths.</param>
/// <param name="Tls">HTTP/2 in TLS that is terminated.</param>
/// <param name="Passthrough">TLS that is passed on by its server name.</param>
/// <param name="Bulk">The same as <paramref name="Passthrough"/> for proxies.</param>
internal sealed record ProxyPorts(int Plain, int Large, int Tls, int Passthrough, int Bulk)
{
    /// <summary>Of a proxy, which tells traffic apart itself.</summary>
    public static ProxyPorts Free()
    {
        var (plain, passthrough) = (FreePort.Next(), FreePort.Next());
        return new ProxyPorts(plain, plain, FreePort.Next(), passthrough, passthrough);
    }
}
