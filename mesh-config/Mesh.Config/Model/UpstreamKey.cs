using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Mesh.Config.Model;

/// <summary>
/// Names one destination of calls as Istio does: a service host, its <b>service</b> port (not the target port) and a
/// subset of a DestinationRule, empty for all endpoints.
/// </summary>
/// <remarks>Source: istio pilot/pkg/model/service.go, BuildSubsetKey and BuildDNSSrvSubsetKey.</remarks>
public sealed record UpstreamKey(string Host, int Port, string Subset = "")
{
    // Asked for by every request, and made once: a key lives as long as what it names. Equality is that of the names alone.
    private string? _clusterName;
    private int _hash;

    private UpstreamKey(UpstreamKey original) => (Host, Port, Subset) = (original.Host, original.Port, original.Subset);

    /// <summary>Of a reference that leads nowhere; no service ever has this host.</summary>
    public static UpstreamKey Unresolved { get; } = new("unresolved-backend.invalid", 1);

    /// <summary>Cluster and EDS resource name, <c>outbound|8080|v1|payments.prod.svc.cluster.local</c>.</summary>
    public string ClusterName => _clusterName ??= string.Create(CultureInfo.InvariantCulture, $"outbound|{Port}|{Subset}|{Host}");

    /// <summary>Default SNI of mesh mTLS, <c>outbound_.8080_.v1_.payments.prod.svc.cluster.local</c>.</summary>
    public string Sni => string.Create(CultureInfo.InvariantCulture, $"outbound_.{Port}_.{Subset}_.{Host}");

    public override string ToString() => ClusterName;

    public bool Equals(UpstreamKey? other) =>
        ReferenceEquals(this, other) || (other is not null && Port == other.Port && Host == other.Host && Subset == other.Subset);

    public override int GetHashCode()
    {
        if (_hash == 0) _hash = HashCode.Combine(Host, Port, Subset);
        return _hash;
    }

    /// <summary>
    /// Reads the SNI form. The host is what follows the third separator and may itself contain <c>_.</c>.
    /// </summary>
    public static bool TryParseSni(string? sni, [NotNullWhen(true)] out UpstreamKey? key)
    {
        const string prefix = "outbound_.";
        const string separator = "_.";
        key = null;
        if (sni is null || !sni.StartsWith(prefix, StringComparison.Ordinal)) return false;

        var portEnd = sni.IndexOf(separator, prefix.Length, StringComparison.Ordinal);
        if (portEnd < 0) return false;
        if (!int.TryParse(sni.AsSpan(prefix.Length, portEnd - prefix.Length), NumberStyles.None,
                CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
            return false;

        var subsetStart = portEnd + separator.Length;
        var subsetEnd = sni.IndexOf(separator, subsetStart, StringComparison.Ordinal);
        if (subsetEnd < 0) return false;

        var host = sni[(subsetEnd + separator.Length)..];
        if (host.Length == 0) return false;
        key = new UpstreamKey(host.ToLowerInvariant(), port, sni[subsetStart..subsetEnd]);
        return true;
    }
}
