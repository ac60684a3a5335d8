using Mesh.Config.Resources.Networking;

namespace Mesh.Gateway.Collection;

/// <summary>An entry that the collector set unhealthy.</summary>
/// <param name="Before">To be put back when the agent answers again.</param>
/// <param name="Version">Of what was written instead.</param>
internal sealed record MarkedEntry(WorkloadEntry Before, string Version, DateTimeOffset At);
