using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Mesh.Gateway.Tests.Support;

/// <summary>HAProxy, which carries connections from a port of its own to another as bytes, with a PROXY header if it is told so.</summary>
internal sealed class HaProxy : IAsyncDisposable
{
    private readonly Process process;
    private readonly string folder;

    private HaProxy(Process process, string folder, int port)
    {
        this.process = process;
        this.folder = folder;
        Port = port;
    }

    public int Port { get; }

    /// <param name="target">Port on 127.0.0.1.</param>
    /// <param name="server">What the server line says more, such as <c>send-proxy-v2 source 127.0.0.5</c>.</param>
    /// <remarks>Skips the test where it is not installed.</remarks>
    public static async Task<HaProxy> StartAsync(int target, string server)
    {
        var program = ForeignProgram.Needs("haproxy", "haproxy");
        // Another process may take a free port in the meantime.
        for (var tries = 0; ; tries++)
        {
            var port = FreePort.Next();
            var folder = Directory.CreateTempSubdirectory("haproxy-test-").FullName;
            var file = Path.Combine(folder, "haproxy.cfg");
            await File.WriteAllTextAsync(file, $"""
                defaults
                  mode tcp
                  timeout connect 30s
                  timeout client 60s
                  timeout server 60s
                listen carried
                  bind 127.0.0.1:{port}
                  server gateway 127.0.0.1:{target} {server}

                """);
            var process = Process.Start(new ProcessStartInfo(program, ["-db", "-q", "-f", file]) { RedirectStandardError = true })!;
            var haproxy = new HaProxy(process, folder, port);
            if (await haproxy.ListensAsync()) return haproxy;
            var error = await process.StandardError.ReadToEndAsync();
            await haproxy.DisposeAsync();
            if (tries == 3) throw new InvalidOperationException($"haproxy does not start: {error}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<bool> ListensAsync()
    {
        while (!process.HasExited)
        {
            try
            {
                using var probe = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await probe.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Port), TestContext.Current.CancellationToken);
                return true;
            }
            catch (SocketException)
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }

        return false;
    }
}
