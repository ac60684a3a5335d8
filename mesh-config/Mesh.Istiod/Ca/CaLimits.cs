namespace Mesh.Istiod.Ca;

/// <summary>How long certificates live; the defaults are istiod's.</summary>
public sealed record CaLimits
{
    /// <summary><c>DEFAULT_WORKLOAD_CERT_TTL</c>.</summary>
    public TimeSpan DefaultTtl { get; init; } = TimeSpan.FromHours(24);

    /// <summary><c>MAX_WORKLOAD_CERT_TTL</c>; a request for more is refused.</summary>
    public TimeSpan MaxTtl { get; init; } = TimeSpan.FromDays(90);

    /// <summary>For a root made here.</summary>
    public TimeSpan RootTtl { get; init; } = TimeSpan.FromDays(3650);

    /// <summary>Certificates are valid this long before now, for clocks that are behind.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromMinutes(2);
}
