using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;
using Mesh.Config.Sources;

namespace Mesh.Config.Tests.Sources;

/// <summary>Keeps what a source said, and lets a test wait for a state of it.</summary>
internal sealed class RecordingSink : IMeshSink
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, MeshObject> _objects = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Batches { get; private set; }

    public bool Synced { get; private set; }

    public ImmutableArray<Diagnostic> Diagnostics { get; private set; } = [];

    public IReadOnlyList<string> Subjects
    {
        get
        {
            lock (_lock) return [.. _objects.Values.Select(value => value.Subject).Order(StringComparer.Ordinal)];
        }
    }

    public T Get<T>(string name) where T : MeshObject
    {
        lock (_lock) return _objects.Values.OfType<T>().Single(value => value.Metadata.Name == name);
    }

    public IReadOnlyList<T> All<T>() where T : MeshObject
    {
        lock (_lock) return [.. _objects.Values.OfType<T>()];
    }

    public void Apply(IMeshSource source, MeshChanges changes)
    {
        lock (_lock)
        {
            Batches++;
            foreach (var key in changes.Deletes) Assert.True(_objects.Remove(key), $"{key} was never there");
            foreach (var value in changes.Upserts) _objects[ObjectKey.Of(value)] = value;
            if (changes.Diagnostics is { } diagnostics) Diagnostics = diagnostics;
            Assert.False(Synced && !changes.Synced, "synced went back");
            Synced = changes.Synced;
            _changed.TrySetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Waits for a condition; fails with what there was instead.</summary>
    public async Task UntilAsync(Func<RecordingSink, bool> condition)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        giveUp.CancelAfter(Deadline);
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (condition(this)) return;
                changed = _changed.Task;
            }

            try
            {
                await changed.WaitAsync(giveUp.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"not reached; objects: {string.Join(", ", Subjects)}; diagnostics: {string.Join(" | ", Diagnostics)}");
            }
        }
    }

    public Task UntilSubjectsAsync(params string[] subjects) => UntilAsync(sink => sink.Subjects.SequenceEqual(subjects));

    public Task UntilDiagnosticAsync(string code) => UntilAsync(sink => sink.Diagnostics.Any(diagnostic => diagnostic.Code == code));
}
