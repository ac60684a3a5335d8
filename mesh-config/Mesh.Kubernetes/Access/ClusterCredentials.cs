using System.Security.Cryptography.X509Certificates;

namespace Mesh.Kubernetes.Access;

/// <summary>What a request to an API server proves its caller with. Its text shows no secret.</summary>
public sealed record ClusterCredentials
{
    public static ClusterCredentials None { get; } = new();

    /// <summary>Value of the Authorization header, e.g. <c>Bearer ...</c>; null without one.</summary>
    public string? Authorization { get; init; }

    /// <summary>Shown in the TLS handshake; null without one.</summary>
    public X509Certificate2? Certificate { get; init; }

    public static ClusterCredentials Bearer(string token) => new() { Authorization = "Bearer " + token };

    public override string ToString() => Certificate is null ? "credentials" : $"credentials with certificate {Certificate.Subject}";
}
