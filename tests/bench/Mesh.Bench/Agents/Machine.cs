using System.Diagnostics;
using Mesh.Bench.Gateway.Proxies;

namespace Mesh.Bench.Agents;

/// <summary>One machine: an address, the state that its agent keeps, and the agent while it runs.</summary>
/// <param name="program">The agent as it is shipped.</param>
/// <param name="arguments">All but those for the state.</param>
internal sealed class Machine(string name, string address, string folder, string program, IReadOnlyList<string> arguments) : IAsyncDisposable
{
    private readonly string state = Path.Combine(folder, "state-" + name);
    private BenchProcess? process;

    public string Address => address;

    public BenchProcess Process => process ?? throw new InvalidOperationException($"{name} does not run");

    /// <returns>Timestamp of <see cref="Stopwatch"/> from just before.</returns>
    public long Start()
    {
        Directory.CreateDirectory(state);
        var began = Stopwatch.GetTimestamp();
        process = BenchProcess.Start(Path.Combine(folder, name + ".log"), program, [.. arguments, "--state", state]);
        return began;
    }

    /// <summary>As a machine that was never here: it needs a new certificate.</summary>
    public void Forget()
    {
        if (Directory.Exists(state)) Directory.Delete(state, recursive: true);
    }

    /// <summary>SIGTERM: it leaves in order.</summary>
    public async Task StopAsync()
    {
        if (process is not null) await process.DisposeAsync();
        process = null;
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        process?.Kill();
        process = null;
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
