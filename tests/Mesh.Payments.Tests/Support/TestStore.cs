using Mesh.Payments.Storage;

namespace Mesh.Payments.Tests.Support;

/// <summary>A new empty store, and a folder for what belongs to it.</summary>
internal sealed class TestStore : IDisposable
{
    private readonly TemporaryFolder folder;

    private TestStore(TemporaryFolder folder, StoreAddress address)
    {
        this.folder = folder;
        Address = address;
    }

    public StoreAddress Address { get; }

    public string Folder => folder.Path;

    public string File(string name) => folder.File(name);

    /// <summary>Skips the test when there is no PostgreSQL to run.</summary>
    public static async Task<TestStore> NewAsync(StoreKind kind)
    {
        if (kind == StoreKind.Sqlite)
        {
            var own = new TemporaryFolder();
            return new TestStore(own, new StoreAddress("sqlite", own.File("payments.db")));
        }

        var server = await PostgresServer.SharedAsync();
        return new TestStore(new TemporaryFolder(), new StoreAddress("postgres", await server.NewDatabaseAsync()));
    }

    public void Dispose() => folder.Dispose();
}
