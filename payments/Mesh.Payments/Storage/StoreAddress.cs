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

    /// <param name="passwords">For a server whose users log in with IAM; null when the password is configured.</param>
    /// <exception cref="Mesh.Hosting.StartupException">The store cannot be opened.</exception>
    public async Task<IDatabase> OpenAsync(RdsPasswords? passwords, CancellationToken cancellationToken) => Scheme == Postgres
        ? await PostgresDatabase.OpenAsync(Target, passwords, cancellationToken).ConfigureAwait(false)
        : await SqliteDatabase.OpenAsync(Target, cancellationToken).ConfigureAwait(false);

    /// <summary>Whether what is sent to the server can be read by that server only.</summary>
    public bool IsVerified => Scheme == Postgres && PostgresDatabase.Parse(Target).SslMode == Npgsql.SslMode.VerifyFull;

    public override string ToString() => $"{Scheme}:{Target}";
}
