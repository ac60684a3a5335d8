using System.Collections.Immutable;
using System.Net;

namespace Mesh.Config.Sources;

/// <param name="TimeToLive">How long the answer holds; null when the lookup does not say.</param>
public sealed record HostLookupResult(ImmutableArray<IPAddress> Addresses, TimeSpan? TimeToLive = null);
