using System.Diagnostics;

namespace Mesh.Tests.Shared.RealKube;

/// <summary>A program that serves until it is told to end; what it said last is kept.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int KeptLines = 40;

    private readonly Queue<string> lines = new();
    private readonly Process process;

    private ServerProcess(string program, string[] arguments)
    {
        Name = Path.GetFileName(program);
        process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        process.OutputDataReceived += (_, said) => Keep(said.Data);
        process.ErrorDataReceived += (_, said) => Keep(said.Data);
    }

    public string Name { get; }

    public bool HasEnded => process.HasExited;

    public string LastOutput
    {
        get
        {
            lock (lines) return lines.Count == 0 ? "(nothing)" : string.Join('\n', lines);
        }
    }

    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be run.</exception>
    public static ServerProcess Start(string program, params string[] arguments)
    {
        var server = new ServerProcess(program, arguments);
        server.process.Start();
        server.process.BeginOutputReadLine();
        server.process.BeginErrorReadLine();
        return server;
    }

    /// <summary>Once it has ended: until its output is read to the end.</summary>
    public Task AllSaidAsync(CancellationToken cancellation) => process.WaitForExitAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (lines)
        {
            if (lines.Count == KeptLines) lines.Dequeue();
            lines.Enqueue(line);
        }
    }
}
