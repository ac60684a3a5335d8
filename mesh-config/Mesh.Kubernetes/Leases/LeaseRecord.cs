namespace Mesh.Kubernetes.Leases;

/// <summary>What a Lease says.</summary>
/// <param name="Holder">Identity of who holds it; empty when given back.</param>
/// <param name="ResourceVersion">Empty when there is no Lease yet.</param>
public sealed record LeaseRecord(
    string Holder, TimeSpan Duration, DateTimeOffset? AcquiredAt, DateTimeOffset? RenewedAt, int Transitions, string ResourceVersion);
