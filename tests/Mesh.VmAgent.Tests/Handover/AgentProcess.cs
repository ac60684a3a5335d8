using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Mesh.VmAgent.Bootstrap;

namespace Mesh.VmAgent.Tests.Handover;

/// <summary>An agent as processes of its own: the first one, and those that take its place.</summary>
internal sealed class AgentProcess : IAsyncDisposable
{
    private const string Marker = "MESH_TEST_RUN";
    private const int SigUsr2 = 12;
    private const int SigTerm = 15;
    private const int SigKill = 9;

    private readonly TemporaryFolder folder = new();
    private readonly string mark = Guid.NewGuid().ToString("N");
    private readonly AgentSettings settings;

    private AgentProcess(AgentSettings settings) => this.settings = settings;

    /// <summary>The file that is started for a hand-over; a test may replace it.</summary>
    public string Program => folder["mesh-agent"];

    public string Log => File.Exists(folder["log"]) ? File.ReadAllText(folder["log"]) : "";

    /// <summary>Starts the program that was built, by a name of its own, with the same settings.</summary>
    public static async Task<AgentProcess> StartAsync(AgentSettings settings, params string[] options)
    {
        var agent = new AgentProcess(settings);
        agent.Install();
        // Not through pipes of this process: those who follow inherit them, and would keep them open.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", agent.folder["log"], agent.Program]);
        foreach (var argument in agent.Arguments().Concat(options)) start.ArgumentList.Add(argument);
        start.Environment[Marker] = agent.mark;
        using var process = Process.Start(start)!;
        await Eventually.HoldsAsync(async () => (bool?)(await agent.StatusAsync())?["ready"] == true, () => $"the agent is ready; it said: {agent.Log}");
        return agent;
    }

    public void Install()
    {
        var built = TestFolders.Program("vm-agent/Mesh.VmAgent", "mesh-agent");
        File.Copy(built, Program + ".new");
        File.Move(Program + ".new", Program, overwrite: true);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(built)!))
            if (!File.Exists(folder[Path.GetFileName(file)])) File.CreateSymbolicLink(folder[Path.GetFileName(file)], file);
    }

    public void InstallBroken()
    {
        File.WriteAllText(Program + ".new", "#!/bin/sh\necho 'this one is broken' >&2\nexit 3\n");
        File.SetUnixFileMode(Program + ".new", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Move(Program + ".new", Program, overwrite: true);
    }

    /// <summary>What new connections to its admin listener are told; null when nobody answers.</summary>
    public async Task<JsonNode?> StatusAsync()
    {
        using var fresh = new HttpClient();
        try
        {
            return JsonNode.Parse(await fresh.GetStringAsync(new Uri($"http://{settings.Admin}/status"), TestContext.Current.CancellationToken));
        }
        catch (Exception error) when (error is HttpRequestException or System.Net.Sockets.SocketException)
        {
            return null;
        }
    }

    public async Task<int> ProcessIdAsync() => (int)(await StatusAsync())!["processId"]!;

    public static void AskToHandOver(int process) => Assert.Equal(0, Send(process, SigUsr2));

    /// <summary>Asks for a hand-over and waits until the next process is ready.</summary>
    /// <returns>The process before, and the one now.</returns>
    public async Task<(int Old, int New)> HandOverAsync()
    {
        var old = await ProcessIdAsync();
        AskToHandOver(old);
        await Eventually.HoldsAsync(
            async () => await StatusAsync() is { } status && (int)status["processId"]! != old && (bool)status["ready"]!, () => $"another process is ready; the log says: {Log}");
        return (old, await ProcessIdAsync());
    }

    public static void Terminate(int process) => Assert.Equal(0, Send(process, SigTerm));

    public static bool IsRunning(int process)
    {
        try
        {
            // One that has ended and was not waited for is still listed.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..][0] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Eventually.HoldsAsync(
            () =>
            {
                var left = Own().ToList();
                foreach (var process in left) _ = Send(process, SigKill);
                return left.Count == 0;
            },
            "its processes have ended");
        folder.Dispose();
    }

    /// <summary>Whatever was started with this agent's mark in its environment.</summary>
    private IEnumerable<int> Own()
    {
        foreach (var path in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(path), out var process)) continue;
            string environment;
            try
            {
                environment = File.ReadAllText($"{path}/environ");
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                continue;
            }

            if (environment.Contains($"{Marker}={mark}", StringComparison.Ordinal) && IsRunning(process)) yield return process;
        }
    }

    private IEnumerable<string> Arguments()
    {
        Assert.Equal(IPAddress.Loopback, settings.WorkloadAddress);
        yield return $"--name={settings.Name}";
        yield return $"--cluster={settings.Cluster}";
        yield return $"--network={settings.Network}";
        yield return $"--namespace={settings.Namespace}";
        yield return $"--service-account={settings.ServiceAccount}";
        yield return $"--labels=app={settings.ServiceAccount}";
        yield return $"--workload-address={settings.WorkloadAddress}";
        yield return $"--source={settings.Sources[0]}";
        yield return $"--identity=files:{settings.Identity.Folder}";
        yield return $"--admin={settings.Admin}";
        yield return $"--inbound-port={settings.InboundPort}";
        yield return $"--health-port={settings.HealthPort}";
        yield return $"--metrics-port={settings.MetricsPort}";
        yield return $"--outbound={settings.Outbound}";
        yield return $"--access-log={settings.AccessLog}";
        if (settings.WorkloadGroup is not { } group) yield break;
        yield return $"--workload-group={group}";
        yield return $"--register={settings.Register}";
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Send(int processId, int signal);
}
