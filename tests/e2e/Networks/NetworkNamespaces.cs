using System.Diagnostics;

namespace Mesh.EndToEnd.Networks;

/// <summary>
/// One network namespace per network, joined by a transit namespace that stands for the internet between VPCs. Workload
/// addresses are not routed between networks: packets cross only from gateway address to gateway address (workloads are
/// translated to their network's gateway on the way out, as a NAT gateway does), and to the control plane.
/// </summary>
internal sealed class NetworkNamespaces : IAsyncDisposable
{
    public const string Outside = "mesh-outside";
    public const string ControlPlaneAddress = "192.0.2.1";

    private const string Transit = "mesh-transit";

    private static readonly (string Name, int Link, string[] Gateways, string[] Workloads)[] Networks =
    [
        ("mesh-vpc-a", 1, ["10.10.0.1", "10.10.0.2"], ["10.10.1.10"]),
        ("mesh-vpc-b", 2, ["10.20.0.1"], ["10.20.1.10"]),
        ("mesh-vpc-legacy", 3, ["10.30.0.1", "10.30.0.2"], ["10.30.1.10", "10.30.1.11"]),
    ];

    private const int OutsideLink = 9;

    /// <summary>For <see cref="ForgetIdleAsync"/>; network load balancers have 350 s.</summary>
    public static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(45);

    private NetworkNamespaces()
    {
    }

    /// <summary>Namespace of a network of the topology.</summary>
    public static string NameOf(string network) => network switch
    {
        "control-plane" => Transit,
        "outside" => Outside,
        _ => "mesh-" + network,
    };

    /// <exception cref="LocalMeshException">A command failed; root, iproute2 and nftables are needed.</exception>
    public static async Task<NetworkNamespaces> CreateAsync(CancellationToken cancellationToken)
    {
        await DeleteAsync().ConfigureAwait(false);
        var made = new NetworkNamespaces();
        try
        {
            await RunAsync(Commands(), cancellationToken).ConfigureAwait(false);
            return made;
        }
        catch
        {
            await made.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync() => await DeleteAsync().ConfigureAwait(false);

    /// <summary>
    /// From now on packets between two networks vanish: no reset, no ICMP, established flows included, as when a peering
    /// or a transit gateway fails.
    /// </summary>
    public static Task CutAsync(string one, string other, CancellationToken cancellationToken)
    {
        var (first, second) = (LinkOf(one), LinkOf(other));
        return RunAsync(
            $"""
            {InTransit} nft add rule inet mesh cut iifname {first} oifname {second} drop
            {InTransit} nft add rule inet mesh cut iifname {second} oifname {first} drop

            """,
            cancellationToken);
    }

    /// <summary>From now on packets of a network to and from everywhere else vanish.</summary>
    public static Task CutAsync(string network, CancellationToken cancellationToken) => RunAsync(
        $"""
        {InTransit} nft add rule inet mesh dark iifname {LinkOf(network)} drop
        {InTransit} nft add rule inet mesh leaving oifname {LinkOf(network)} drop

        """,
        cancellationToken);

    /// <summary>A machine is off: packets to and from its address vanish, also within its network.</summary>
    public static Task PowerOffAsync(string network, string address, CancellationToken cancellationToken) => RunAsync(
        $"""
        ip netns exec {NameOf(network)} nft add rule inet mesh dead ip saddr {address} drop
        ip netns exec {NameOf(network)} nft add rule inet mesh dead ip daddr {address} drop

        """,
        cancellationToken);

    /// <summary>
    /// Whether the routers between networks forget connections to port 15443 that are opened from now on once they are quiet for
    /// <see cref="IdleLimit"/>. What comes on them later they drop without a word.
    /// </summary>
    public static Task ForgetIdleAsync(bool forget, CancellationToken cancellationToken) => RunAsync(
        forget
            ? $"{InTransit} nft add rule inet mesh balancer tcp dport 15443 ct timeout set idle\n"
            : $"{InTransit} nft flush chain inet mesh balancer\n",
        cancellationToken);

    /// <summary>Every link works again, every machine has power.</summary>
    public static Task HealAsync(CancellationToken cancellationToken) => RunAsync(
        $"""
        for chain in cut dark leaving; do {InTransit} nft flush chain inet mesh $chain; done
        {string.Join('\n', Networks.Select(network => $"ip netns exec {network.Name} nft flush chain inet mesh dead"))}

        """,
        cancellationToken);

    private static string InTransit => $"ip netns exec {Transit}";

    private static string LinkOf(string network) =>
        $"link{(network == "outside" ? OutsideLink : Networks.Single(known => known.Name == NameOf(network)).Link)}";

    private static string Commands()
    {
        var script = new System.Text.StringBuilder();
        script.AppendLine($"ip netns add {Transit}");
        script.AppendLine($"ip -n {Transit} link set lo up");
        script.AppendLine($"ip -n {Transit} addr add {ControlPlaneAddress}/32 dev lo");
        script.AppendLine($"ip netns exec {Transit} sysctl -qw net.ipv4.ip_forward=1");
        script.AppendLine($"{InTransit} sysctl -qw net.netfilter.nf_conntrack_tcp_loose=0");

        var gateways = string.Join(", ", Networks.SelectMany(network => network.Gateways));
        foreach (var (name, link, own, workloads) in Networks)
        {
            Join(script, name, link);
            foreach (var address in own.Concat(workloads)) script.AppendLine($"ip -n {name} addr add {address}/32 dev lo");
            foreach (var gateway in own) script.AppendLine($"ip -n {Transit} route add {gateway}/32 via 10.255.{link}.2");
            var doors = string.Join(", ", own);
            script.AppendLine($$"""
                ip netns exec {{name}} nft -f - <<'RULES'
                table inet mesh {
                  chain dead {
                  }
                  chain in {
                    type filter hook input priority 0; policy accept;
                    jump dead
                    iifname "uplink" ct state established,related accept
                    iifname "uplink" ip daddr { {{doors}} } tcp dport { 15443, 8443, 8080 } accept
                    iifname "uplink" meta l4proto icmp accept
                    iifname "uplink" reject
                  }
                  chain gone {
                    type filter hook output priority 0; policy accept;
                    jump dead
                  }
                  chain out {
                    type nat hook postrouting priority 100;
                    oifname "uplink" ip saddr != { {{doors}} } snat ip to {{own[0]}}
                  }
                }
                RULES
                """);
        }

        Join(script, Outside, OutsideLink);
        script.AppendLine($$"""
            ip netns exec {{Transit}} nft -f - <<'RULES'
            table inet mesh {
              ct timeout idle {
                protocol tcp; l3proto ip; policy = { established: {{(int)IdleLimit.TotalSeconds}} };
              }
              chain balancer {
                type filter hook prerouting priority -150; policy accept;
              }
              chain cut {
              }
              chain dark {
                type filter hook prerouting priority -200; policy accept;
              }
              chain leaving {
                type filter hook postrouting priority 200; policy accept;
              }
              chain in {
                type filter hook input priority 0; policy accept;
                iifname "lo" accept
                ct state established,related accept
                ip daddr {{ControlPlaneAddress}} tcp dport { {{MeshPlan.ControlPlanePort}}, {{MeshPlan.AcquirerPort}} } accept
                meta l4proto icmp accept
                reject
              }
              chain forward {
                type filter hook forward priority 0; policy drop;
                jump cut
                ct state invalid drop
                ct state established,related accept
                ip saddr { {{gateways}} } ip daddr { {{gateways}} } tcp dport 15443 accept
                ip saddr 10.255.9.2 ip daddr { {{gateways}} } tcp dport { 8443, 8080, 15443 } accept
                reject
              }
            }
            RULES
            """);
        return script.ToString();
    }

    private static void Join(System.Text.StringBuilder script, string name, int link)
    {
        script.AppendLine($"ip netns add {name}");
        script.AppendLine($"ip -n {name} link set lo up");
        script.AppendLine($"ip -n {Transit} link add link{link} type veth peer name uplink netns {name}");
        script.AppendLine($"ip -n {Transit} addr add 10.255.{link}.1/30 dev link{link}");
        script.AppendLine($"ip -n {Transit} link set link{link} up");
        script.AppendLine($"ip -n {name} addr add 10.255.{link}.2/30 dev uplink");
        script.AppendLine($"ip -n {name} link set uplink up");
        script.AppendLine($"ip -n {name} route add default via 10.255.{link}.1");
    }

    private static Task DeleteAsync()
    {
        var names = Networks.Select(network => network.Name).Append(Transit).Append(Outside);
        return RunAsync(
            string.Join('\n', names.Select(name => $"[ ! -e /run/netns/{name} ] || ip netns del {name}")) + "\n",
            CancellationToken.None);
    }

    /// <exception cref="LocalMeshException">A command failed; the message has its words.</exception>
    public static async Task RunAsync(string script, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-e", "-c", script])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start) ?? throw new LocalMeshException("/bin/sh could not be started.");
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = await process.StandardError.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        await output.ConfigureAwait(false);
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        if (process.ExitCode != 0)
            throw new LocalMeshException($"setting up network namespaces failed (root, iproute2 and nftables are needed): {errors.Trim()}");
    }
}
