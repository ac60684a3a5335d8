namespace Mesh.EndToEnd.Networks;

/// <summary>The local mesh with every network in a network namespace, and with two of what is killed.</summary>
internal static class NamespacedTopology
{
    public static Topology Topology { get; } = new()
    {
        ControlPlane = NetworkNamespaces.ControlPlaneAddress,
        EdgeA = "10.10.0.1",
        GatewayA = "10.10.0.1",
        GatewayA2 = "10.10.0.2",
        PaymentsA = "10.10.1.10",
        GatewayB = "10.20.0.1",
        PaymentsB = "10.20.1.10",
        GatewayLegacy = "10.30.0.1",
        GatewayLegacy2 = "10.30.0.2",
        Vm = "10.30.1.10",
        Vm2 = "10.30.1.11",
        Overlay = "tests/e2e/overlay",
        // Short: certificates are renewed all the time, whatever else goes on.
        CertificateLifetime = "20s",
        // Two machines share a namespace: their applications are told apart by their loopback addresses.
        ApplicationAddress = workload => workload == "10.30.1.11" ? "127.0.0.11" : "127.0.0.1",
        AdminAddress = (name, _) => name switch
        {
            "gateway-a2" or "gateway-legacy2" => "127.0.0.3",
            "agent-vm2" => "127.0.0.4",
            _ => name.StartsWith("gateway", StringComparison.Ordinal) ? "127.0.0.1" : "127.0.0.2",
        },
        NamespaceOf = NetworkNamespaces.NameOf,
    };
}
