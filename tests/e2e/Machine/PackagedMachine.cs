using System.Diagnostics;

namespace Mesh.EndToEnd.Machine;

/// <summary>A machine of vpc-legacy that is a minimal Debian of its own, by <c>machine.sh</c>.</summary>
internal sealed class PackagedMachine(Layout layout)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Where the machine sees the folder of the mesh.</summary>
    private const string Shared = "/shared";

    /// <summary>Why there can be none here, as <c>machine.sh prepare</c> found; null when there can.</summary>
    public string? Unavailable
    {
        get
        {
            var folder = Path.Combine(layout.Root, ".mesh", "machine");
            if (!Directory.Exists(folder)) return "run tests/e2e/Machine/machine.sh prepare first, as ./mesh e2e does";
            var reason = Path.Combine(folder, "unavailable");
            return File.Exists(reason) ? File.ReadAllText(reason).Trim() : null;
        }
    }

    public Task ResetAsync(CancellationToken cancellationToken) => DoAsync(["reset", layout.State], cancellationToken);

    public Task RemoveAsync() => DoAsync(["remove"], CancellationToken.None);

    /// <summary>Settings of a process of the mesh, as an administrator writes them to a file of the machine.</summary>
    public async Task WriteSettingsAsync(ProcessSpec spec, string folder, CancellationToken cancellationToken)
    {
        var values = spec.Arguments.Chunk(2).GroupBy(pair => pair[0][2..], pair => pair[1].Replace(layout.State, Shared, StringComparison.Ordinal));
        var lines = values.Select(setting => setting.Key == "source"
            ? $"{setting.Key}: [{string.Join(", ", setting.Select(value => $"\"{value}\""))}]"
            : $"{setting.Key}: \"{setting.Single()}\"");
        var target = Path.Combine(layout.Root, ".mesh", "machine", "root", folder.TrimStart('/'));
        Directory.CreateDirectory(target);
        await File.WriteAllLinesAsync(Path.Combine(target, "agent.yaml"), [.. lines, "state: /var/lib/mesh-agent"], cancellationToken);
    }

    /// <summary>Runs a command of the machine to its end.</summary>
    /// <returns>What it said.</returns>
    public Task<string> RunAsync(string command, CancellationToken cancellationToken) => DoAsync(["run", "sh", "-c", command], cancellationToken);

    /// <returns>The process that is in charge, once the agent says that it is ready and that it is another one than <paramref name="before"/>.</returns>
    public async Task<int> WaitReadyAsync(string admin, int before, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var answer = await RunAsync($"mesh-agent status --admin {admin} | sed -n 's/^processId  *//p'", cancellationToken);
            var isReady = await RunAsync($"mesh-agent status --admin {admin} >/dev/null 2>&1 && echo ready || true", cancellationToken) == "ready";
            if (isReady && int.TryParse(answer, out var process) && process != before) return process;
            if (TimeProvider.System.GetElapsedTime(began) > Limit)
                throw new LocalMeshException($"the machine's agent is not ready after {Limit.TotalSeconds:0} s: {await RunAsync("tail -5 /var/log/mesh-agent.log /run/units/mesh-agent.service.log", cancellationToken)}");
            await Task.Delay(200, cancellationToken);
        }
    }

    public Task SnapshotAsync(string name, CancellationToken cancellationToken) => DoAsync(["snapshot", name], cancellationToken);

    /// <exception cref="LocalMeshException">Something is different; the message has the first of it.</exception>
    public async Task SameAsync(string before, string after, CancellationToken cancellationToken)
    {
        await SnapshotAsync(after, cancellationToken);
        await DoAsync(["compare", before, after], cancellationToken);
    }

    public Task<string> DoAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        ScriptAsync(Path.Combine(layout.Root, "tests/e2e/Machine/machine.sh"), arguments, cancellationToken);

    private static async Task<string> ScriptAsync(string script, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        // Through a file: what stays on the machine must not keep this waiting for the end of its output.
        var output = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo("/bin/sh", ["-c", "out=$1; shift; exec \"$@\" >\"$out\" 2>&1 </dev/null", "sh", output, script, .. arguments]);
            using var process = Process.Start(start) ?? throw new LocalMeshException($"{script} could not be started.");
            await process.WaitForExitAsync(cancellationToken);
            var said = (await File.ReadAllTextAsync(output, cancellationToken)).Trim();
            return process.ExitCode == 0
                ? said
                : throw new LocalMeshException($"machine.sh {string.Join(' ', arguments)}: exit code {process.ExitCode}: {(said.Length > 1500 ? said[..1500] : said)}");
        }
        finally
        {
            File.Delete(output);
        }
    }
}
