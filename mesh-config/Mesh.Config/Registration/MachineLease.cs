namespace Mesh.Config.Registration;

/// <summary>A sign of life that an agent renews, beside the WorkloadEntry of the same name.</summary>
/// <param name="Holder">The agent.</param>
/// <param name="Duration">How long it is good for without a change.</param>
/// <param name="Version">Changes with every renewal; says nothing else. Empty for a Lease that is missing.</param>
public sealed record MachineLease(string Namespace, string Name, string Holder, TimeSpan Duration, string Version);
