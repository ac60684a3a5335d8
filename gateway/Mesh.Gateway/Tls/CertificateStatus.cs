namespace Mesh.Gateway.Tls;

/// <summary>A server certificate as status pages show it.</summary>
internal sealed record CertificateStatus
{
    /// <summary>The Secret or the file that it comes from.</summary>
    public required string Source { get; init; }

    public required string? Subject { get; init; }

    /// <summary>Null when none could be read yet.</summary>
    public required DateTimeOffset? NotAfter { get; init; }

    /// <summary>Why what is there now cannot be used; null when it can. An earlier certificate stays in use.</summary>
    public required string? Problem { get; init; }
}
