namespace Mesh.Config.Sources;

/// <summary>Looks up the addresses of a host name.</summary>
public interface IHostLookup
{
    /// <summary>IPv4 and IPv6 addresses; may be empty. Throws whatever the lookup fails with.</summary>
    Task<HostLookupResult> LookupAsync(string host, CancellationToken cancellationToken);
}
