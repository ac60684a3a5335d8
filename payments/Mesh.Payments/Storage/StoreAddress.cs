namespace Mesh.Payments.Storage;

/// <summary>Where payments are kept, as the setting <c>store</c> says.</summary>
internal sealed record StoreAddress(string Scheme, string Target)
{
    /// <summary><c>sqlite:FILE</c>.</summary>
    /// <exception cref="FormatException">Not such an address.</exception>
    public static StoreAddress Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var scheme = colon < 0 ? "" : text[..colon];
        if (scheme != "sqlite") throw new FormatException($"'{text}' is not a store; write sqlite:FILE");
        return colon + 1 < text.Length
            ? new StoreAddress(scheme, text[(colon + 1)..])
            : throw new FormatException($"'{text}' names no file; write sqlite:FILE");
    }

    /// <exception cref="Mesh.Hosting.StartupException">The store cannot be opened.</exception>
    public async Task<IDatabase> OpenAsync(CancellationToken cancellationToken) =>
        await SqliteDatabase.OpenAsync(Target, cancellationToken).ConfigureAwait(false);
}
