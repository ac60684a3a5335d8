namespace Mesh.Istiod.Ca;

/// <summary>Roots that a setting names by their file, or holds itself as PEM text.</summary>
public static class RootCertificates
{
    private const string PemBegin = "-----BEGIN ";

    /// <summary>Whether the setting is the PEM text itself.</summary>
    public static bool IsText(string setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        return setting.Contains(PemBegin, StringComparison.Ordinal);
    }

    /// <summary>For messages: the file's name, or that there is none.</summary>
    public static string NameOf(string setting) => IsText(setting) ? "in --ca-root" : setting;
}
