using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;

namespace Mesh.Gateway.Tests.Support;

/// <summary>A server that is not ours: a process that prints its port, then what it has to tell, and ends with its standard input.</summary>
internal sealed class ForeignServer : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private readonly Process process;
    private readonly Channel<string> lines = Channel.CreateUnbounded<string>();

    private ForeignServer(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { } text) lines.Writer.TryWrite(text);
            else lines.Writer.TryComplete();
        };
        process.BeginOutputReadLine();
    }

    public int Port { get; private set; }

    public static async Task<ForeignServer> StartAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        var server = new ForeignServer(Process.Start(start)!);
        server.Port = int.Parse(await server.NextLineAsync(), CultureInfo.InvariantCulture);
        return server;
    }

    public async Task<string> NextLineAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        return await lines.Reader.ReadAsync(deadline.Token);
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }
}
