using Mesh.EndToEnd.Networks;

namespace Mesh.EndToEnd.Joining;

/// <summary>Two network namespaces on one link: a hub with the control plane and what calls, and a machine by itself.</summary>
internal sealed class JoiningNetwork : IAsyncDisposable
{
    public const string Hub = "mesh-hub";
    public const string Machine = "mesh-machine";
    public const string ControlPlane = "10.40.0.1";
    public const string Caller = "10.40.0.2";
    public const string Neighbour = "10.40.0.3";
    public const string MachineAddress = "10.40.0.10";

    private JoiningNetwork()
    {
    }

    /// <exception cref="LocalMeshException">A command failed; root, iproute2 and nftables are needed.</exception>
    public static async Task<JoiningNetwork> CreateAsync(CancellationToken cancellationToken)
    {
        await DeleteAsync();
        var made = new JoiningNetwork();
        try
        {
            await NetworkNamespaces.RunAsync(Commands, cancellationToken);
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    /// <summary>From now on whatever goes to the control plane's ports vanishes: no reset, established connections included.</summary>
    /// <param name="ports">Of the hub.</param>
    public static Task SilenceAsync(CancellationToken cancellationToken, params IEnumerable<int> ports) => NetworkNamespaces.RunAsync(
        $"ip netns exec {Hub} nft add rule inet mesh away tcp dport {{ {string.Join(", ", ports)} }} drop\n", cancellationToken);

    /// <summary>From now on packets of the machine vanish both ways; its own loopback goes on.</summary>
    public static Task CutMachineAsync(CancellationToken cancellationToken) => NetworkNamespaces.RunAsync(
        $"""
        ip netns exec {Machine} nft add rule inet mesh away iifname uplink drop
        ip netns exec {Machine} nft add rule inet mesh gone oifname uplink drop

        """,
        cancellationToken);

    /// <summary>All is as at the beginning.</summary>
    public static Task HealAsync(CancellationToken cancellationToken) => NetworkNamespaces.RunAsync(
        string.Concat(new[] { Hub, Machine }.Select(name =>
            $"for chain in away gone; do ip netns exec {name} nft flush chain inet mesh $chain; done\n")),
        cancellationToken);

    public async ValueTask DisposeAsync() => await DeleteAsync();

    private static string Commands => string.Concat(new[] { Hub, Machine }.Select(name => $$"""
        ip netns add {{name}}
        ip -n {{name}} link set lo up
        ip netns exec {{name}} nft -f - <<'RULES'
        table inet mesh {
          chain away {
            type filter hook input priority 0; policy accept;
          }
          chain gone {
            type filter hook output priority 0; policy accept;
          }
        }
        RULES

        """)) + $"""
        ip link add link0 netns {Hub} type veth peer name uplink netns {Machine}
        for address in {ControlPlane} {Caller} {Neighbour}; do ip -n {Hub} addr add $address/24 dev link0; done
        ip -n {Hub} link set link0 up
        ip -n {Machine} addr add {MachineAddress}/24 dev uplink
        ip -n {Machine} link set uplink up
        ip -n {Machine} route add default via {ControlPlane}

        """;

    private static Task DeleteAsync() => NetworkNamespaces.RunAsync(
        string.Concat(new[] { Hub, Machine }.Select(name => $"[ ! -e /run/netns/{name} ] || ip netns del {name}\n")), CancellationToken.None);
}
