using Mesh.Payments.Messaging;
using Mesh.Payments.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Payments.Tests.Support;

/// <summary>The queue of the payments service on a store of its own, in simulated time.</summary>
internal sealed class TestQueue : IAsyncDisposable
{
    private const string Name = "test";
    private readonly TestServer server;
    private readonly ChangeSignal committed = new();

    private TestQueue(TestServer server, FakeTimeProvider time)
    {
        this.server = server;
        Time = time;
        Queue = Replica();
    }

    public FakeTimeProvider Time { get; }

    public IDatabase Database => server.Database;

    public DatabaseMessageQueue Queue { get; }

    public static async Task<TestQueue> NewAsync(StoreKind kind)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        return new TestQueue(await TestServer.StartAsync(kind, time: time), time);
    }

    /// <summary>The same queue as another replica has it.</summary>
    public DatabaseMessageQueue Replica() => new(Database, Name, committed, Time);

    public async Task<Message> SendAsync(string body, string type = "work")
    {
        var messages = await SendAsync([body], type);
        return messages[0];
    }

    public async Task<IReadOnlyList<Message>> SendAsync(IEnumerable<string> bodies, string type = "work", bool commit = true)
    {
        var messages = bodies.Select(body => Message.New(type, body, Time.GetUtcNow())).ToList();
        await using var session = await Database.OpenAsync(TestContext.Current.CancellationToken);
        await session.BeginWriteAsync(TestContext.Current.CancellationToken);
        await MessageWriter.AppendAsync(session, Name, messages, TestContext.Current.CancellationToken);
        if (!commit) return messages;
        await session.CommitAsync(TestContext.Current.CancellationToken);
        committed.Pulse();
        return messages;
    }

    /// <summary>Lets simulated time pass until something holds.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition, TimeSpan? step = null)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await condition())
        {
            Time.Advance(step ?? TimeSpan.FromMilliseconds(50));
            await Task.Delay(5, deadline.Token);
        }
    }

    public Task UntilAsync(Func<bool> condition, TimeSpan? step = null) => UntilAsync(() => Task.FromResult(condition()), step);

    public async Task<long> CountAsync()
    {
        await using var session = await Database.OpenAsync(TestContext.Current.CancellationToken);
        var rows = await session.QueryAsync("SELECT COUNT(*) FROM messages", row => row.GetInt64(0), TestContext.Current.CancellationToken);
        return rows[0];
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
