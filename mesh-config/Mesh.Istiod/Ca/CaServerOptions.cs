using System.Net;

namespace Mesh.Istiod.Ca;

/// <summary>What a <see cref="CaServer"/> needs to know besides its CA.</summary>
public sealed record CaServerOptions
{
    /// <summary>istiod's own DNS name, and localhost, which it serves too.</summary>
    public static IReadOnlyList<string> DefaultNames { get; } = ["istiod.istio-system.svc", "localhost"];

    public required IPEndPoint Listen { get; init; }

    /// <summary>Folder with <c>namespace/serviceAccount</c> token files.</summary>
    public required string TokenFolder { get; init; }

    /// <summary>Further ways in which callers may prove who they are, tried last.</summary>
    public IReadOnlyList<ICallerAuthenticator> Authenticators { get; init; } = [];

    public string TrustDomain { get; init; } = "cluster.local";

    /// <summary>DNS names and addresses in the serving certificate.</summary>
    public IReadOnlyList<string> Names { get; init; } = DefaultNames;

    /// <summary>Cluster ids accepted with a token; empty: any.</summary>
    public IReadOnlyCollection<string> Clusters { get; init; } = [];
}
