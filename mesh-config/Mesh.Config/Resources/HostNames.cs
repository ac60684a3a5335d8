using System.Net;

namespace Mesh.Config.Resources;

/// <summary>Istio's rules about host names in resources.</summary>
/// <remarks>Source: istio pkg/config/validation/agent/validation.go and pkg/config/host/name.go.</remarks>
internal static class HostNames
{
    /// <summary>Letters, digits and inner dashes, at most 63; upper case allowed unlike in Kubernetes.</summary>
    public static bool IsDnsLabel(ReadOnlySpan<char> label)
    {
        if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-') return false;
        foreach (var c in label)
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                return false;
        return true;
    }

    public static bool IsFqdn(string host) => IsDomain(host, wildcard: false);

    /// <summary>A FQDN whose first label may be <c>*</c> or begin with it; or <c>*</c> alone.</summary>
    public static bool IsWildcardDomain(string host) => host == "*" || IsDomain(host, wildcard: true);

    public static bool IsAddress(string text) => IPAddress.TryParse(text, out _);

    public static bool IsAddressOrRange(string text) => IsAddress(text) || IPNetwork.TryParse(text, out _);

    /// <summary>
    /// What a host without any dot means: a Service of the namespace of the object that names it. A name with a dot is
    /// taken as it is; <c>reviews.default</c> is not completed.
    /// </summary>
    public static string Complete(string host, string objectNamespace, string domain)
    {
        if (host.Length == 0 || host == "*" || host.Contains('.', StringComparison.Ordinal) || IsAddress(host)) return host;
        return $"{host}.{objectNamespace}.svc.{domain}".ToLowerInvariant();
    }

    /// <summary>True when <paramref name="pattern"/> (exact, <c>*</c> or <c>*suffix</c>) covers <paramref name="host"/>, itself maybe a pattern.</summary>
    public static bool Covers(string pattern, string host)
    {
        if (!pattern.StartsWith('*')) return string.Equals(pattern, host, StringComparison.OrdinalIgnoreCase);
        if (pattern.Length == 1) return true;
        var suffix = pattern.AsSpan(1);
        var subject = host.StartsWith('*') ? host.AsSpan(1) : host.AsSpan();
        // *.foo.com covers a.foo.com and *.a.foo.com, not foo.com; *.foo.com covers itself.
        return subject.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)
               && (host.StartsWith('*') || subject.Length > suffix.Length);
    }

    /// <summary>Order of "most specific first": exact before wildcard, longer before shorter, then by text.</summary>
    public static int CompareSpecific(string left, string right)
    {
        var (leftWild, rightWild) = (left.StartsWith('*'), right.StartsWith('*'));
        if (leftWild != rightWild) return leftWild ? 1 : -1;
        return left.Length != right.Length
            ? right.Length.CompareTo(left.Length)
            : string.CompareOrdinal(left, right);
    }

    /// <summary>True for a wildcard that is neither <c>*</c> nor begins with <c>*.</c>, such as <c>*foo.com</c>.</summary>
    public static bool IsPartialWildcard(string host) =>
        host.Contains('*', StringComparison.Ordinal) && host != "*" && !host.StartsWith("*.", StringComparison.Ordinal);

    private static bool IsDomain(string host, bool wildcard)
    {
        if (host.EndsWith('.')) host = host[..^1];
        if (host.Length is 0 or > 255) return false;
        var labels = host.Split('.');
        for (var i = 0; i < labels.Length; i++)
            if (!(i == 0 && wildcard ? IsWildcardLabel(labels[i]) : IsDnsLabel(labels[i])))
                return false;
        return !labels[^1].All(char.IsAsciiDigit);
    }

    /// <summary><c>*</c>, or a label that may begin with <c>*</c> or <c>*-</c>.</summary>
    private static bool IsWildcardLabel(string label)
    {
        if (!label.StartsWith('*')) return IsDnsLabel(label);
        if (label == "*") return true;
        return label.Length <= 63 && IsDnsLabel(label.StartsWith("*-", StringComparison.Ordinal) ? label.AsSpan(2) : label.AsSpan(1));
    }
}
