namespace Mesh.Bench.Gateway.Proxies;

/// <summary>A proxy that was set up for the bench and listens on 127.0.0.1.</summary>
/// <param name="Name">As results name it.</param>
/// <param name="Process">Null for no proxy at all.</param>
internal sealed record BenchProxy(string Name, BenchProcess? Process, ProxyPorts Ports) : IAsyncDisposable
{
    public const string Ours = "ours";
    public const string Direct = "direct";

    public int PortOf(GatewayCase traffic)
    {
        if (traffic.IsTls) return Ports.Tls;
        return traffic.Bytes == GatewayCase.LargeBytes ? Ports.Large : Ports.Plain;
    }

    public async ValueTask DisposeAsync()
    {
        if (Process is not null) await Process.DisposeAsync();
    }
}
