namespace Mesh.VmAgent;

/// <summary>Addresses as URLs and log lines want them.</summary>
internal static class AddressText
{
    /// <summary>IPv6 in square brackets, everything else as it is.</summary>
    public static string Bracketed(string host) =>
        host.Contains(':', StringComparison.Ordinal) && host[0] != '[' ? $"[{host}]" : host;
}
