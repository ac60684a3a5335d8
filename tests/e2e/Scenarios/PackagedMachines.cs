using Mesh.EndToEnd.Load;
using Mesh.EndToEnd.Machine;

namespace Mesh.EndToEnd.Scenarios;

/// <summary>The second machine of vpc-legacy becomes one that has the agent as a package, is upgraded under load, and is left as it was.</summary>
internal static class PackagedMachines
{
    private const string Agent = "agent-vm2";
    private const string Install = "sh /packages/1.0.0/install.sh";

    public static Scenario Installed { get; } = new(
        "machine-packaged",
        "The deb is installed into a Debian and upgraded while a stream is open and everybody calls; install.sh takes over from istio-sidecar; neither leaves a file, user or rule.",
        async (play, token) =>
        {
            var machine = new PackagedMachine(play.Rig.Mesh.Layout);
            if (machine.Unavailable is { } reason)
            {
                Console.WriteLine($"skip  machine-packaged: {reason}");
                return;
            }

            play.Note($"SIGTERM {Agent}");
            play.Rig.Mesh[Agent].Terminate();
            await play.Rig.Mesh[Agent].WaitForExitAsync(TimeSpan.FromSeconds(30), token);
            try
            {
                await AsPackageAsync(play, machine, token);
                await ByScriptAsync(play, machine, token);
            }
            finally
            {
                await machine.RemoveAsync();
            }

            await play.StartAsync([Agent], token);
        })
    {
        // Publishing the agent natively and making a Debian take minutes where neither is kept from before.
        IsShort = false,
    };

    private static async Task AsPackageAsync(Play play, PackagedMachine machine, CancellationToken token)
    {
        var admin = AdminOf(play);
        await machine.ResetAsync(token);
        await machine.SnapshotAsync("before-deb", token);
        await machine.RunAsync("dpkg -i /packages/1.0.0/mesh-agent_1.0.0_*.deb", token);
        await machine.WriteSettingsAsync(play.Rig.Mesh[Agent].Spec, "/etc/mesh-agent", token);
        await machine.RunAsync("setsid mesh-agent </dev/null >>/var/log/mesh-agent.log 2>&1 &", token);
        var first = await machine.WaitReadyAsync(admin, 0, token);
        play.Note($"process {first} of the deb is ready");
        await play.Load.MoreAsync(10, token);

        using var stream = await QuietStream.OpenAsync(play.Rig.Mesh.Topology.Vm2!, token, "upgraded");
        await machine.RunAsync("dpkg -i /packages/1.0.1/mesh-agent_1.0.1_*.deb", token);
        play.Note($"SIGUSR2 to process {first}");
        await machine.RunAsync($"kill -USR2 {await PidAsync(machine, "/usr/bin/mesh-agent", token)}", token);
        var second = await machine.WaitReadyAsync(admin, first, token);
        play.Note($"process {second} is ready");
        await play.Load.MoreAsync(10, token);
        if (await stream.ProveAsync(token) is { } problem) throw new LocalMeshException($"the stream that was open at the upgrade: {problem}");

        await EndAsync(machine, token);
        await machine.RunAsync("dpkg --purge mesh-agent && rm -f /var/log/mesh-agent.log", token);
        await machine.SameAsync("before-deb", "after-deb", token);
    }

    private static async Task ByScriptAsync(Play play, PackagedMachine machine, CancellationToken token)
    {
        var admin = AdminOf(play);
        await machine.ResetAsync(token);
        await machine.DoAsync(["sidecar"], token);
        await machine.SnapshotAsync("before-script", token);
        await machine.WriteSettingsAsync(play.Rig.Mesh[Agent].Spec, "/tmp/bundle", token);
        Expect(await RefusedAsync(machine, $"{Install} --from /packages/1.0.0 --sha256 {new string('0', 64)}", token), "nothing was touched");
        await machine.SameAsync("before-script", "after-refusal", token);

        Expect(await machine.RunAsync($"{Install} --from /packages/1.0.0 --bundle /tmp/bundle", token), "taking over from istio-sidecar");
        await machine.RunAsync("! systemctl is-active istio.service && ! systemctl is-enabled istio.service && grep -q clean /run/units/istio-clean", token);
        var first = await machine.WaitReadyAsync(admin, 0, token);
        play.Note($"process {first} of install.sh is ready");
        await play.Load.MoreAsync(5, token);
        Expect(await machine.RunAsync($"{Install} --from /packages/1.0.0 --bundle /tmp/bundle", token), "nothing to do");
        play.Note("install.sh upgrades");
        Expect(await machine.RunAsync("sh /packages/1.0.1/install.sh --from /packages/1.0.1", token), "handing over");
        var second = await machine.WaitReadyAsync(admin, first, token);
        play.Note($"process {second} is ready");
        await play.Load.MoreAsync(5, token);

        await machine.RunAsync("sh /usr/lib/mesh-agent/install.sh --uninstall", token);
        play.Note("uninstalled");
        await machine.RunAsync("systemctl is-active istio.service && systemctl is-enabled istio.service", token);
        await machine.SameAsync("before-script", "after-script", token);
        await play.Load.MoreAsync(5, token);
    }

    private static string AdminOf(Play play) => $"{play.Rig.Mesh.Topology.AdminAddress(Agent, play.Rig.Mesh.Topology.Vm2!)}:15000";

    /// <summary>As seen from outside of the machine, and inside: they share their process ids.</summary>
    private static Task<string> PidAsync(PackagedMachine machine, string program, CancellationToken token) => machine.RunAsync(
        $"for p in /proc/[0-9]*; do case $(readlink $p/exe) in *{program}*) echo ${{p#/proc/}};; esac; done", token);

    /// <summary>It leaves the mesh, and so do those that only drain.</summary>
    private static async Task EndAsync(PackagedMachine machine, CancellationToken token)
    {
        foreach (var process in (await PidAsync(machine, "/usr/bin/mesh-agent", token)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            await machine.RunAsync($"kill -TERM {process} 2>/dev/null; while [ -e /proc/{process} ]; do sleep 0.1; done", token);
    }

    private static async Task<string> RefusedAsync(PackagedMachine machine, string command, CancellationToken token)
    {
        try
        {
            return $"it was not refused: {await machine.RunAsync(command, token)}";
        }
        catch (LocalMeshException refusal)
        {
            return refusal.Message;
        }
    }

    private static void Expect(string said, string part)
    {
        if (!said.Contains(part, StringComparison.Ordinal)) throw new LocalMeshException($"expected '{part}', but it said: {said}");
    }
}
