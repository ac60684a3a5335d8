namespace Mesh.Payments.Storage;

/// <summary>Where payments are kept, as the setting <c>store</c> says.</summary>
internal sealed record StoreAddress(string Scheme, string Target)
{
    private const string Sqlite = "sqlite";
    private const string Postgres = "postgres";
    private const string Forms = "write sqlite:FILE or postgres:Host=…;Database=…;Username=…";

    /// <summary><c>sqlite:FILE</c> or <c>postgres:</c> and a connection string of Npgsql without password.</summary>
    /// <exception cref="FormatException">Not such an address.</exception>
    public static StoreAddress Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (scheme, target) = colon < 0 ? ("", "") : (text[..colon], text[(colon + 1)..]);
        if (scheme is not (Sqlite or Postgres)) throw new FormatException($"'{text}' is not a store; {Forms}");
        if (target.Length == 0) throw new FormatException($"'{text}' names no {(scheme == Sqlite ? "file" : "server")}; {Forms}");
        if (scheme == Postgres) PostgresDatabase.Parse(target);
        return new StoreAddress(scheme, target);
    }

    /// <exception cref="Mesh.Hosting.StartupException">The store cannot be opened.</exception>
    public async Task<IDatabase> OpenAsync(CancellationToken cancellationToken) => Scheme == Postgres
        ? await PostgresDatabase.OpenAsync(Target, cancellationToken).ConfigureAwait(false)
        : await SqliteDatabase.OpenAsync(Target, cancellationToken).ConfigureAwait(false);

    public override string ToString() => $"{Scheme}:{Target}";
}
