using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Mesh.LocalMesh;

/// <summary>
/// A started process of the local mesh. It runs in a session of its own, so that Ctrl-C reaches the front only, and
/// writes to files, so that it outlives whoever started it.
/// </summary>
internal sealed class MeshProcess
{
    private const int SigTerm = 15;
    private const int SigKill = 9;

    private readonly Layout layout;
    private readonly string? networkNamespace;

    private MeshProcess(Layout layout, ProcessSpec spec, string? networkNamespace, int id)
    {
        this.layout = layout;
        this.networkNamespace = networkNamespace;
        Spec = spec;
        Id = id;
    }

    public ProcessSpec Spec { get; }
    public int Id { get; }
    public bool IsRunning => StartTicks(Id) is not null;

    private string PidFile => Path.Combine(layout.Run, Spec.Name + ".pid");

    public static MeshProcess Start(Layout layout, ProcessSpec spec, string? networkNamespace)
    {
        Directory.CreateDirectory(layout.Run);
        Directory.CreateDirectory(layout.Logs);
        var log = Path.Combine(layout.Logs, spec.Name + ".log");
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, RedirectStandardInput = true };
        // The shell replaces itself: the id we get is the id of the process.
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("log=$1; shift; exec \"$@\" </dev/null >>\"$log\" 2>&1");
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add(log);
        if (networkNamespace is not null)
        {
            foreach (var word in new[] { "ip", "netns", "exec", networkNamespace }) start.ArgumentList.Add(word);
        }

        if (File.Exists("/usr/bin/setsid")) start.ArgumentList.Add("/usr/bin/setsid");
        start.ArgumentList.Add(spec.Binary);
        foreach (var argument in spec.Arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in spec.Environment) start.Environment[name] = value;

        using var process = Process.Start(start) ?? throw new LocalMeshException($"{spec.Binary} could not be started.");
        var started = new MeshProcess(layout, spec, networkNamespace, process.Id);
        File.WriteAllText(started.PidFile, string.Create(CultureInfo.InvariantCulture, $"{started.Id} {StartTicks(started.Id)}"));
        return started;
    }

    /// <summary>Starts the same process again, e.g. after <see cref="Kill"/>.</summary>
    public MeshProcess Restart() => Start(layout, Spec, networkNamespace);

    public void Terminate() => Signal(SigTerm);

    /// <summary>As a crash or <c>kill -9</c> would: no drain, no farewell.</summary>
    public void Kill() => Signal(SigKill);

    public async Task WaitForExitAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var until = TimeProvider.System.GetTimestamp();
        while (IsRunning)
        {
            if (TimeProvider.System.GetElapsedTime(until) > limit)
            {
                Signal(SigKill);
                limit += TimeSpan.FromSeconds(5);
            }

            await Task.Delay(20, cancellationToken).ConfigureAwait(false);
        }

        File.Delete(PidFile);
    }

    /// <summary>The last lines the process wrote, for a message about why it is not ready.</summary>
    public string LastWords(int lines = 12)
    {
        var log = Path.Combine(layout.Logs, Spec.Name + ".log");
        if (!File.Exists(log)) return "";
        using var reader = new StreamReader(new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return string.Join('\n', reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(lines));
    }

    /// <summary>Processes that an earlier run left, by their pid files. A number that was given to another process since is skipped.</summary>
    public static IReadOnlyList<MeshProcess> Left(Layout layout)
    {
        if (!Directory.Exists(layout.Run)) return [];
        var found = new List<MeshProcess>();
        foreach (var file in Directory.EnumerateFiles(layout.Run, "*.pid").Order(StringComparer.Ordinal))
        {
            var words = File.ReadAllText(file).Split(' ');
            var spec = new ProcessSpec(Path.GetFileNameWithoutExtension(file), "", "", [], new Uri("tcp://0.0.0.0:1"));
            if (words.Length == 2 && int.TryParse(words[0], CultureInfo.InvariantCulture, out var id) && StartTicks(id) == words[1])
                found.Add(new MeshProcess(layout, spec, null, id));
            else
                File.Delete(file);
        }

        return found;
    }

    private void Signal(int signal)
    {
        if (IsRunning) _ = SendSignal(Id, signal);
    }

    /// <summary>Start time in clock ticks since boot, which with the id names a process once and for all; null when gone.</summary>
    private static string? StartTicks(int id)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            // The command in parentheses may hold spaces; what follows it does not.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : fields[19];
        }
        catch (IOException)
        {
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int id, int signal);
}
