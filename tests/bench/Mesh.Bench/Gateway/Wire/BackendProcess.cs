using System.Diagnostics;
using System.Globalization;
using Mesh.Bench.Gateway.Proxies;

namespace Mesh.Bench.Gateway.Wire;

/// <summary>The <see cref="Backend"/> as a process of its own, so that its time is nobody else's.</summary>
internal sealed class BackendProcess : IDisposable
{
    private readonly Process process;

    private BackendProcess(Process process, BackendPorts ports)
    {
        this.process = process;
        Ports = ports;
    }

    public BackendPorts Ports { get; }

    public static BackendProcess Start(BenchFolder folder)
    {
        var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["gateway", "--backend", folder.Certificate, folder.Key])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var ports = process.StandardOutput.ReadLine()?.Split(' ').Select(port => int.Parse(port, CultureInfo.InvariantCulture)).ToArray();
        return ports is [var small, var large, var tls, var bulk]
            ? new BackendProcess(process, new BackendPorts(small, large, tls, bulk))
            : throw new InvalidOperationException("the backend did not start");
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }
}
