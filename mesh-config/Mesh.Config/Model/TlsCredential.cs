namespace Mesh.Config.Model;

/// <summary>Certificate and key of a Secret, as PEM text. Its own text form shows no content, so that none gets into a log.</summary>
public sealed record TlsCredential
{
    /// <summary><c>Secret ns/name</c>, for messages.</summary>
    public required string Name { get; init; }

    /// <summary>Leaf first; empty when the Secret has none.</summary>
    public string Certificate { get; init; } = "";

    public string PrivateKey { get; init; } = "";

    /// <summary>Roots of client certificates; empty when there are none.</summary>
    public string CaCertificates { get; init; } = "";

    /// <summary>Revoked client certificates; empty when there is no list.</summary>
    public string Crl { get; init; } = "";

    /// <summary>Why it cannot be used; null when it can.</summary>
    public string? Problem { get; init; }

    public override string ToString() => Name;
}
