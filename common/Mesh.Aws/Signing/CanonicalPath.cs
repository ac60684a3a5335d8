namespace Mesh.Aws.Signing;

/// <summary>Paths as Signature Version 4 writes them: normalized, each segment encoded once more than it is sent.</summary>
internal static class CanonicalPath
{
    /// <summary>Dots are resolved by <see cref="Uri"/> already.</summary>
    public static string Of(Uri address)
    {
        var path = string.Join('/', address.AbsolutePath.Split('/').Select(Uri.EscapeDataString));
        while (path.Contains("//", StringComparison.Ordinal)) path = path.Replace("//", "/", StringComparison.Ordinal);
        return path;
    }
}
