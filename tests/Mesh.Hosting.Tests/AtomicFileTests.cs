using Xunit;

namespace Mesh.Hosting.Tests;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mesh-atomic-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_reader_sees_only_whole_contents_while_a_writer_replaces_them()
    {
        var path = Path.Combine(folder, "entry.yaml");
        var contents = new[] { new string('a', 200_000), new string('b', 100_000) };
        await AtomicFile.WriteAsync(path, contents[0], cancellationToken: Cancel);
        var writer = Task.Run(async () =>
        {
            for (var round = 1; round <= 20; round++) await AtomicFile.WriteAsync(path, contents[round % 2], cancellationToken: Cancel);
        }, Cancel);

        while (!writer.IsCompleted) Assert.Contains(await File.ReadAllTextAsync(path, Cancel), contents);

        await writer;
        Assert.Equal([path], Directory.GetFiles(folder));
    }

    [Fact]
    public async Task A_secret_is_for_its_owner_alone_and_stays_so_when_replaced()
    {
        var path = Path.Combine(folder, "key.pem");
        await File.WriteAllTextAsync(path, "old and open to all", Cancel);
        await AtomicFile.WriteAsync(path, "secret", AtomicFile.Secret, Cancel);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task A_write_that_fails_leaves_nothing_behind()
    {
        var path = Path.Combine(folder, "taken");
        Directory.CreateDirectory(path);

        await Assert.ThrowsAnyAsync<Exception>(() => AtomicFile.WriteAsync(path, "text", cancellationToken: Cancel));

        Assert.Empty(Directory.GetFiles(folder));
    }
}
