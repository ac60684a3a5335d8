using System.Diagnostics;

namespace Mesh.LocalMesh;

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

    private static readonly (string Name, int Link, string Gateway, string[] Workloads)[] Networks =
    [
        ("mesh-vpc-a", 1, "10.10.0.1", ["10.10.1.10"]),
        ("mesh-vpc-b", 2, "10.20.0.1", ["10.20.1.10"]),
        ("mesh-vpc-legacy", 3, "10.30.0.1", ["10.30.1.10"]),
    ];

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

    /// <summary>Cuts or heals the link of a network to all others.</summary>
    public static Task SetLinkAsync(string network, bool up, CancellationToken cancellationToken) =>
        RunAsync($"ip -n {NameOf(network)} link set uplink {(up ? "up" : "down")}\n", cancellationToken);

    private static string Commands()
    {
        var script = new System.Text.StringBuilder();
        script.AppendLine($"ip netns add {Transit}");
        script.AppendLine($"ip -n {Transit} link set lo up");
        script.AppendLine($"ip -n {Transit} addr add {ControlPlaneAddress}/32 dev lo");
        script.AppendLine($"ip netns exec {Transit} sysctl -qw net.ipv4.ip_forward=1");

        var gateways = string.Join(", ", Networks.Select(network => network.Gateway));
        foreach (var (name, link, gateway, workloads) in Networks)
        {
            Join(script, name, link);
            foreach (var address in workloads.Prepend(gateway))
                script.AppendLine($"ip -n {name} addr add {address}/32 dev lo");
            script.AppendLine($"ip -n {Transit} route add {gateway}/32 via 10.255.{link}.2");
            script.AppendLine($$"""
                ip netns exec {{name}} nft -f - <<'RULES'
                table inet mesh {
                  chain in {
                    type filter hook input priority 0; policy accept;
                    iifname "uplink" ct state established,related accept
                    iifname "uplink" ip daddr {{gateway}} tcp dport { 15443, 8443, 8080 } accept
                    iifname "uplink" meta l4proto icmp accept
                    iifname "uplink" reject
                  }
                  chain out {
                    type nat hook postrouting priority 100;
                    oifname "uplink" snat ip to {{gateway}}
                  }
                }
                RULES
                """);
        }

        Join(script, Outside, 9);
        script.AppendLine($$"""
            ip netns exec {{Transit}} nft -f - <<'RULES'
            table inet mesh {
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

    private static async Task RunAsync(string script, CancellationToken cancellationToken)
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
