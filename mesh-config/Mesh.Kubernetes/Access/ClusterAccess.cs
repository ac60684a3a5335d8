using System.Security.Cryptography.X509Certificates;

namespace Mesh.Kubernetes.Access;

/// <summary>Where an API server is, how it is known to be the right one, and who calls it.</summary>
public sealed record ClusterAccess
{
    /// <summary>Base address, with a path if the API is below one.</summary>
    public required Uri Server { get; init; }

    /// <summary>Where this was read, for messages: <c>kubeconfig /etc/x, context y</c>.</summary>
    public required string Origin { get; init; }

    public required ICredentialsSource Credentials { get; init; }

    /// <summary>Certificate authorities of the server, read for each connection; null trusts those of the machine.</summary>
    public Func<X509Certificate2Collection>? Authorities { get; init; }

    /// <summary>Name that the server's certificate must have; null: the host of <see cref="Server"/>.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>The server's certificate is not checked.</summary>
    public bool SkipTlsVerify { get; init; }

    /// <summary>http, https or socks5; null goes by the proxy variables of the environment.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>User to act as; null for oneself.</summary>
    public string? ImpersonatedUser { get; init; }

    /// <summary>Groups to act in.</summary>
    public IReadOnlyList<string> ImpersonatedGroups { get; init; } = [];

    /// <summary>Namespace of the context or of the service account; null when none is given.</summary>
    public string? Namespace { get; init; }

    public override string ToString() => $"{Server} ({Origin})";
}
