using System.Collections.Immutable;

namespace Mesh.Gateway.Admin;

/// <summary>What <c>/machines</c> shows.</summary>
/// <param name="Leads">This gateway cleans up by Leases.</param>
/// <param name="Leader">Who does, as far as is known; empty: nobody.</param>
/// <param name="Suspended">Too many machines are silent together: nothing is collected.</param>
internal sealed record MachineList(bool Leads, string Leader, bool Suspended, ImmutableArray<MachineStatus> Machines);
