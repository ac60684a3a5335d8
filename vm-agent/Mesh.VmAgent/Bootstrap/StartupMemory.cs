using System.Globalization;
using System.Runtime;
using System.Runtime.InteropServices;
using Mesh.Hosting.Health;

namespace Mesh.VmAgent.Bootstrap;

/// <summary>
/// What only the start of the process needed: what was read and parsed then, and pages of the program's own file, most of which are not touched
/// again for as long as it serves. A machine has other uses for them.
/// </summary>
internal static class StartupMemory
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);

    /// <summary>For what follows right after an agent has become ready, such as its first calls.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    /// <summary>MADV_DONTNEED of madvise(2).</summary>
    private const int NotNeeded = 4;

    /// <summary>Gives it back once, soon after the agent has become ready.</summary>
    public static async Task GiveBackOnceReadyAsync(IReadiness readiness, TimeProvider time, CancellationToken cancellationToken)
    {
        while (!readiness.IsReady) await Task.Delay(LookPeriod, time, cancellationToken).ConfigureAwait(false);
        await Task.Delay(Settling, time, cancellationToken).ConfigureAwait(false);
        GiveBack();
    }

    /// <summary>A page that is touched after all comes back from the file.</summary>
    private static void GiveBack()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (!OperatingSystem.IsLinux() || Environment.ProcessPath is not { } program) return;
        try
        {
            foreach (var (start, length) in UnchangedPages(File.ReadAllLines("/proc/self/smaps"), program).ToList()) _ = Advise(start, length, NotNeeded);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Without /proc they stay, as they do in other programs.
        }
    }

    /// <summary>
    /// Mappings of a file that cannot be written and hold nothing but what is in the file: giving up any other would lose what was written to
    /// it, such as addresses that the loader filled in.
    /// </summary>
    /// <param name="lines">Of smaps, as proc(5) has it.</param>
    internal static IEnumerable<(nint Start, nuint Length)> UnchangedPages(IEnumerable<string> lines, string file)
    {
        (nint Start, nuint Length)? mapping = null;
        var kilobytes = 0L;
        foreach (var line in lines)
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[0].EndsWith(':'))
            {
                if (words[0] is "Private_Dirty:" or "Shared_Dirty:" or "Anonymous:" or "Swap:") kilobytes += long.Parse(words[1], CultureInfo.InvariantCulture);
                continue;
            }

            if (mapping is { } before && kilobytes == 0) yield return before;
            (mapping, kilobytes) = (Mapping(words, file), 0);
        }

        if (mapping is { } last && kilobytes == 0) yield return last;
    }

    private static (nint Start, nuint Length)? Mapping(string[] words, string file)
    {
        if (words.Length != 6 || words[5] != file || words[1] is not ("r-xp" or "r--p")) return null;
        var dash = words[0].IndexOf('-', StringComparison.Ordinal);
        var start = nint.Parse(words[0].AsSpan(0, dash), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        var end = nint.Parse(words[0].AsSpan(dash + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return (start, (nuint)(end - start));
    }

    [DllImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Advise(nint start, nuint length, int advice);
}
