using System.Net;
using Mesh.Payments.Storage;
using Mesh.Payments.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Payments.Tests.Storage;

public abstract class StoreMaintenanceTests(StoreKind kind)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_whose_time_is_over_are_removed_and_others_are_kept()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await TestServer.StartAsync(kind, time: time);
        await server.Client.CreatePaymentAsync(Requests.Create());
        time.Advance(TimeSpan.FromHours(40));
        await server.Client.CreatePaymentAsync(Requests.Create());
        time.Advance(TimeSpan.FromHours(9));
        var maintenance = (StoreMaintenance)server.Services.GetService(typeof(StoreMaintenance))!;

        await maintenance.RemoveExpiredKeysAsync(Token);

        await using var session = await server.Database.OpenAsync(Token);
        Assert.Equal([1L], await session.QueryAsync("SELECT COUNT(*) FROM idempotency_keys", row => row.GetInt64(0), Token));
    }

    [Fact]
    public async Task Readiness_follows_the_store()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await TestServer.StartAsync(kind, time: time);
        Assert.Equal(HttpStatusCode.OK, await ReadinessAsync(server));

        await ExecuteAsync(server, "ALTER TABLE schema_migrations RENAME TO hidden");
        await UntilAsync(server, time, HttpStatusCode.ServiceUnavailable);
        await ExecuteAsync(server, "ALTER TABLE hidden RENAME TO schema_migrations");
        await UntilAsync(server, time, HttpStatusCode.OK);
    }

    private static async Task UntilAsync(TestServer server, FakeTimeProvider time, HttpStatusCode expected)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Token);
        deadline.CancelAfter(TimeSpan.FromSeconds(90));
        while (await ReadinessAsync(server) != expected)
        {
            time.Advance(TimeSpan.FromSeconds(2));
            await Task.Delay(10, deadline.Token);
        }
    }

    private static async Task<HttpStatusCode> ReadinessAsync(TestServer server)
    {
        using var response = await server.Http.GetAsync("/healthz/ready", Token);
        return response.StatusCode;
    }

    private static async Task ExecuteAsync(TestServer server, string sql)
    {
        await using var session = await server.Database.OpenAsync(Token);
        await session.ExecuteAsync(sql, Token);
    }
}
