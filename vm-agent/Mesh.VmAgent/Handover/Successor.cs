using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipes;
using System.Text.Json;
using Mesh.Hosting;

namespace Mesh.VmAgent.Handover;

/// <summary>A process of the program that is installed now, started to take this one's place.</summary>
internal sealed class Successor : IAsyncDisposable
{
    private readonly Process process;
    private readonly AnonymousPipeServerStream ready;
    private readonly AnonymousPipeServerStream inheritance;
    private bool yielded;

    private Successor(Process process, AnonymousPipeServerStream ready, AnonymousPipeServerStream inheritance)
    {
        this.process = process;
        this.ready = ready;
        this.inheritance = inheritance;
    }

    public int ProcessId => process.Id;

    /// <summary>Starts it with the arguments and variables of this process, and with its listening sockets.</summary>
    /// <exception cref="IOException">It cannot be started.</exception>
    public static Successor Start(string program, IReadOnlyList<string> arguments, IReadOnlyList<int> listeners)
    {
        var ready = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.None);
        var inheritance = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.None);
        int[] shared =
        [
            (int)ready.ClientSafePipeHandle.DangerousGetHandle(),
            (int)inheritance.ClientSafePipeHandle.DangerousGetHandle(),
            .. listeners,
        ];
        var start = new ProcessStartInfo(program, arguments);
        start.Environment[Predecessor.Variable] = string.Join(',', shared.Select(number => number.ToString(CultureInfo.InvariantCulture)));
        // It names this process; without it the variables are for whoever has them.
        start.Environment.Remove("WATCHDOG_PID");
        try
        {
            foreach (var descriptor in shared) Descriptors.SetInheritable(descriptor, true);
            var process = Process.Start(start) ?? throw new IOException($"{program} was not started");
            return new Successor(process, ready, inheritance);
        }
        catch (Win32Exception error)
        {
            ready.Dispose();
            inheritance.Dispose();
            throw new IOException($"{program}: {error.Message}", error);
        }
        finally
        {
            foreach (var descriptor in listeners) Descriptors.SetInheritable(descriptor, false);
            // This process's copies: with them the end of the other one would not be noticed.
            ready.DisposeLocalCopyOfClientHandle();
            inheritance.DisposeLocalCopyOfClientHandle();
        }
    }

    /// <summary>Until it accepts connections.</summary>
    /// <exception cref="IOException">It ended before that; the message says how.</exception>
    public async Task WaitReadyAsync(CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(ready, leaveOpen: true);
        if (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) == Predecessor.ReadyLine) return;
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        throw new IOException($"the new process ended with exit code {process.ExitCode} before it was ready; what it said stands above in the log");
    }

    /// <summary>From here on the place is the other's.</summary>
    public async Task YieldAsync(Inheritance left, CancellationToken cancellationToken)
    {
        yielded = true;
        try
        {
            var writer = new StreamWriter(inheritance, leaveOpen: true);
            await using (writer.ConfigureAwait(false))
                await writer.WriteLineAsync(JsonSerializer.Serialize(left, HandoverJson.Default.Inheritance).AsMemory(), cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It died in this moment; whoever looks after it starts it again, and the entry is still there.
        }
    }

    /// <summary>Ends it when the place was never given to it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!yielded && !process.HasExited) process.Kill();
        await ready.DisposeAsync().ConfigureAwait(false);
        await inheritance.DisposeAsync().ConfigureAwait(false);
        process.Dispose();
    }
}
