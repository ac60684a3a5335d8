using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Mesh.Gateway.Tests.Support;

/// <summary>A server program that is not ours, with a configuration file of the test's, on a port of its own. It ends with the test.</summary>
internal sealed class ForeignDaemon : IAsyncDisposable
{
    private readonly Process process;
    private readonly string folder;

    private ForeignDaemon(Process process, string folder, int port)
    {
        this.process = process;
        this.folder = folder;
        Port = port;
    }

    public int Port { get; }

    /// <param name="configuration">The file's text for a port and a folder that is there while it runs.</param>
    /// <param name="arguments">Of the program, for the folder and the file in it.</param>
    public static async Task<ForeignDaemon> StartAsync(
        string program, Func<int, string, string> configuration, Func<string, string, string[]> arguments)
    {
        // Another process may take a free port in the meantime.
        for (var tries = 0; ; tries++)
        {
            var port = FreePort.Next();
            var folder = Directory.CreateTempSubdirectory("daemon-test-").FullName;
            var file = Path.Combine(folder, "daemon.conf");
            await File.WriteAllTextAsync(file, configuration(port, folder));
            var process = Process.Start(new ProcessStartInfo(program, arguments(folder, file)) { RedirectStandardError = true })!;
            var error = process.StandardError.ReadToEndAsync();
            var daemon = new ForeignDaemon(process, folder, port);
            if (await daemon.ListensAsync()) return daemon;
            await daemon.DisposeAsync();
            if (tries == 3) throw new InvalidOperationException($"{program} does not start: {await error}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        // With what it started: some have worker processes.
        if (!process.HasExited) process.Kill(entireProcessTree: true);
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
