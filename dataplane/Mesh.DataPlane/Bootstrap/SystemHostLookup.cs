using System.Net;
using Mesh.Config.Sources;

namespace Mesh.DataPlane.Bootstrap;

/// <summary>The resolver of the operating system, which does not tell how long an answer holds.</summary>
public sealed class SystemHostLookup : IHostLookup
{
    public async Task<HostLookupResult> LookupAsync(string host, CancellationToken cancellationToken) =>
        new([.. await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false)]);
}
