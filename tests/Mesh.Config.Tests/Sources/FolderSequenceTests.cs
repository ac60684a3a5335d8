using System.Globalization;
using Mesh.Config.Diagnostics;
using Mesh.Config.Resources.Core;
using Mesh.Config.Sources;

namespace Mesh.Config.Tests.Sources;

/// <summary>Random sequences of what happens to files, followed by one source all the while.</summary>
public sealed class FolderSequenceTests
{
    private const int Steps = 40;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task After_whatever_happens_to_files_their_objects_are_those_that_a_new_reader_finds(int seed)
    {
        var root = Directory.CreateTempSubdirectory("mesh-sequence-").FullName;
        using var stop = new CancellationTokenSource();
        var sink = new RecordingSink();
        var running = new FolderSource(root, "eks-a", Options).RunAsync(sink, stop.Token);
        try
        {
            var folder = new RandomFolder(root, new Random(seed));
            var history = new List<string>();
            for (var step = 0; step < Steps; step++)
            {
                history.Add(folder.Step());
                await UntilAsync(sink, folder, history);
            }

            folder.Mend();
            await UntilAsync(sink, folder, history);
            using var soon = new CancellationTokenSource();
            var fresh = new RecordingSink();
            var reading = new FolderSource(root, "eks-a", Options).RunAsync(fresh, soon.Token);
            await fresh.UntilAsync(known => known.Synced);
            await soon.CancelAsync();
            await reading;
            Assert.Equal(Services(fresh), Services(sink));
            Assert.Equal(Errors(fresh), Errors(sink));
        }
        finally
        {
            await stop.CancelAsync();
            await running;
            Directory.Delete(root, recursive: true);
        }
    }

    // Rescans only so that an event that a busy machine loses does not fail the test.
    private static FolderSourceOptions Options { get; } = new() { Rescan = TimeSpan.FromSeconds(1), Settle = TimeSpan.FromMilliseconds(30) };

    private static async Task UntilAsync(RecordingSink sink, RandomFolder folder, List<string> history)
    {
        var expected = folder.Services.ToArray();
        try
        {
            await sink.UntilAsync(known => Services(known).SequenceEqual(expected)
                                           && Count(known, "DuplicateObject") == folder.Duplicates
                                           && Count(known, "BrokenYaml") == folder.Broken
                                           && Errors(known).Length == folder.Duplicates + folder.Broken);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException(
                $"after {string.Join(", ", history)}: there must be {string.Join(", ", expected)} with {folder.Duplicates} duplicates and {folder.Broken} broken files", e);
        }
    }

    private static int Count(RecordingSink sink, string code) => sink.Diagnostics.Count(diagnostic => diagnostic.Code == code);

    /// <summary>Without the note that a folder cannot be watched: then the rescans do it all.</summary>
    private static Diagnostic[] Errors(RecordingSink sink) => [.. sink.Diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Error)];

    private static string[] Services(RecordingSink sink) =>
    [
        .. sink.All<Service>()
            .Select(service => string.Create(
                CultureInfo.InvariantCulture, $"{service.Metadata.Name}:{service.Spec.Ports[0].Port} {service.Location.Origin}"))
            .Order(StringComparer.Ordinal),
    ];
}
