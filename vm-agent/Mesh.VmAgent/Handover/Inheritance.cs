using Mesh.VmAgent.Health;

namespace Mesh.VmAgent.Handover;

/// <summary>What the process that leaves tells the one that follows it.</summary>
/// <param name="Registered">Its WorkloadEntry is there, and was left there.</param>
/// <param name="Health">What was said last of the application; null: nothing.</param>
internal sealed record Inheritance(bool Registered = false, HealthChange? Health = null);
