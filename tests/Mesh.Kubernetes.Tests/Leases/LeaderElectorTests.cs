using Mesh.Kubernetes.Leases;
using Mesh.Kubernetes.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Kubernetes.Tests.Leases;

public sealed class LeaderElectorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(-3600)]
    [InlineData(3600)]
    public async Task A_lease_is_taken_only_when_it_stayed_the_same_for_its_duration_whatever_the_clocks_say(int skewSeconds)
    {
        var store = new MemoryLease();
        var clocks = new[] { new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddDays(1)), new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddDays(1).AddSeconds(skewSeconds)) };
        var one = new LeaderElector(store.For("one"), new LeaderOptions { Identity = "one" }, clocks[0]);
        var two = new LeaderElector(store.For("two"), new LeaderOptions { Identity = "two" }, clocks[1]);
        void Pass(int seconds)
        {
            foreach (var clock in clocks) clock.Advance(TimeSpan.FromSeconds(seconds));
        }

        Assert.True(await one.TryAsync(Token));
        Assert.False(await two.TryAsync(Token));
        for (var i = 0; i < 5; i++)
        {
            Pass(10);
            Assert.True(await one.TryAsync(Token));
            Assert.False(await two.TryAsync(Token));
        }

        store.Unreachable = "one";
        Pass(14);
        Assert.False(await one.TryAsync(Token));
        Assert.False(await two.TryAsync(Token));
        Pass(1);
        Assert.True(await two.TryAsync(Token));
        store.Unreachable = "";
        Assert.False(await one.TryAsync(Token));
        Assert.Equal(("two", 1), (store.Record!.Holder, store.Record.Transitions));
    }

    [Fact]
    public async Task Who_leads_stops_when_it_cannot_renew_and_gives_the_lease_back_in_the_end()
    {
        var store = new MemoryLease();
        var time = new FakeTimeProvider();
        var elector = new LeaderElector(store.For("one"), new LeaderOptions { Identity = "one" }, time);
        var leading = 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var run = elector.RunAsync(
            async stopped =>
            {
                Interlocked.Exchange(ref leading, 1);
                using var end = stopped.Register(() => Interlocked.Exchange(ref leading, 0));
                await Task.Delay(Timeout.Infinite, stopped);
            },
            stop.Token);
        Task Until(Func<bool> condition, string what) => Eventually.Holds(condition, what, () => time.Advance(TimeSpan.FromSeconds(0.5)));

        await Until(() => Volatile.Read(ref leading) == 1, "it leads");
        store.Unreachable = "one";
        await Until(() => Volatile.Read(ref leading) == 0 && !elector.IsLeader, "it stops leading");
        store.Unreachable = "";
        await Until(() => Volatile.Read(ref leading) == 1, "it leads again");
        await stop.CancelAsync();
        await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        Assert.Equal("", store.Record!.Holder);
        Assert.False(elector.IsLeader);
    }

    private sealed class MemoryLease
    {
        private readonly Lock _lock = new();

        public LeaseRecord? Record { get; private set; }

        public string Unreachable { get; set; } = "";

        public ILeaseStore For(string who) => new Store(this, who);

        private sealed class Store(MemoryLease lease, string who) : ILeaseStore
        {
            public Task<LeaseRecord?> ReadAsync(CancellationToken cancellationToken)
            {
                if (lease.Unreachable == who) throw new HttpRequestException("unreachable");
                lock (lease._lock) return Task.FromResult(lease.Record);
            }

            public Task<LeaseRecord?> WriteAsync(LeaseRecord record, CancellationToken cancellationToken)
            {
                if (lease.Unreachable == who) throw new HttpRequestException("unreachable");
                lock (lease._lock)
                {
                    if (record.ResourceVersion != (lease.Record?.ResourceVersion ?? "")) return Task.FromResult<LeaseRecord?>(null);
                    return Task.FromResult<LeaseRecord?>(lease.Record = record with { ResourceVersion = record.ResourceVersion + "x" });
                }
            }

            public Task<bool> DeleteAsync(LeaseRecord record, CancellationToken cancellationToken) => throw new NotSupportedException("nobody deletes it");
        }
    }
}
