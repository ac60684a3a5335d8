using Mesh.Config.Registration;

namespace Mesh.Gateway.Collection;

/// <summary>A Lease as it is seen from here.</summary>
/// <param name="Age">For how long no renewal was seen, not counting time in which none could have been.</param>
public sealed record LeaseView(MachineLease Lease, LeaseState State, TimeSpan Age);
