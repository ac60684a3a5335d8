using System.Diagnostics;

namespace Mesh.Bench.Agents;

/// <summary>Machines whose packets vanish, both ways and without a word, as when a link is cut. Needs a network namespace of the bench's own.</summary>
internal static class LinkCut
{
    /// <summary>Made once; nothing is cut yet.</summary>
    public static void Prepare() => Run(
        "add table inet cut; add set inet cut machines { type ipv4_addr; }; "
        + "add chain inet cut in { type filter hook input priority 0; policy accept; }; "
        + "add rule inet cut in ip saddr @machines drop; add rule inet cut in ip daddr @machines ip saddr != @machines drop");

    public static void Cut(IEnumerable<string> addresses) => Run($"add element inet cut machines {{ {string.Join(", ", addresses)} }}");

    public static void Heal() => Run("flush set inet cut machines");

    private static void Run(string commands)
    {
        using var process = Process.Start(new ProcessStartInfo("nft", [commands]) { RedirectStandardError = true })
            ?? throw new InvalidOperationException("nft could not be started; install nftables");
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"nft {commands}: {errors}");
    }
}
