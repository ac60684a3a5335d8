namespace Mesh.LocalMesh;

/// <summary>
/// Addresses of the three networks. On loopback every network is a part of 127.0.0.0/8 and nothing keeps them apart;
/// in the end to end tests every network is a network namespace, and only gateways can reach each other.
/// </summary>
internal sealed record Topology
{
    public required string ControlPlane { get; init; }
    public required string EdgeA { get; init; }
    public required string GatewayA { get; init; }
    public required string PaymentsA { get; init; }
    public required string GatewayB { get; init; }
    public required string PaymentsB { get; init; }
    public required string GatewayLegacy { get; init; }
    public required string Vm { get; init; }

    /// <summary>Where the API servers of the clusters listen, if the mesh starts some.</summary>
    public string ApiServerA { get; init; } = "127.10.0.2";
    public string ApiServerB { get; init; } = "127.20.0.2";

    /// <summary>Second instances, without which some failures cannot but be seen by callers; null: there is none.</summary>
    public string? GatewayA2 { get; init; }
    public string? GatewayLegacy2 { get; init; }
    public string? Vm2 { get; init; }

    /// <summary>Folder, relative to the checkout, whose documents take the place of those of the overlay; null: none does.</summary>
    public string? Overlay { get; init; }

    /// <summary>How long certificates are to be valid, as <c>--certificate-ttl</c> takes it; null: as long as by default.</summary>
    public string? CertificateLifetime { get; init; }

    /// <summary>Where an application listens inside its workload: seen by its own proxy only.</summary>
    public required Func<string, string> ApplicationAddress { get; init; }

    /// <summary>Admin address of a proxy by its name and workload address; always loopback.</summary>
    public required Func<string, string, string> AdminAddress { get; init; }

    /// <summary>Network namespace that a process of a network runs in; null: none.</summary>
    public required Func<string, string?> NamespaceOf { get; init; }

    public static Topology Loopback { get; } = new()
    {
        ControlPlane = "127.0.0.1",
        EdgeA = "127.0.0.1",
        GatewayA = "127.10.0.1",
        PaymentsA = "127.10.1.10",
        GatewayB = "127.20.0.1",
        PaymentsB = "127.20.1.10",
        GatewayLegacy = "127.30.0.1",
        Vm = "127.30.1.10",
        ApplicationAddress = workload => workload,
        AdminAddress = (name, workload) => name == "gateway-a" ? "127.0.0.1" : workload,
        NamespaceOf = _ => null,
    };

    /// <summary>Values of the placeholders in the overlay, without their <c>${}</c>.</summary>
    public IReadOnlyDictionary<string, string> Placeholders(Layout layout) => new Dictionary<string, string>
    {
        ["EDGE_ADDRESS"] = EdgeA,
        ["EDGE_CERTIFICATE"] = Path.Combine(layout.Edge, EdgeCertificate.LeafFile),
        ["EDGE_KEY"] = Path.Combine(layout.Edge, EdgeCertificate.KeyFile),
        ["GATEWAY_A"] = GatewayA,
        ["GATEWAY_A2"] = GatewayA2 ?? "",
        ["PAYMENTS_A"] = PaymentsA,
        ["GATEWAY_B"] = GatewayB,
        ["PAYMENTS_B"] = PaymentsB,
        ["GATEWAY_LEGACY"] = GatewayLegacy,
        ["GATEWAY_LEGACY2"] = GatewayLegacy2 ?? "",
    };
}
