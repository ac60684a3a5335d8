using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Mesh.Payments.Tests.Support;
using Mesh.Tests.Shared.Telemetry;
using static Mesh.Payments.Tests.Support.LedgerRequests;

namespace Mesh.Payments.Tests.Processes;

/// <summary>What an operator sees of a running process.</summary>
public abstract partial class MetricsTests(StoreKind kind)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_waits_of_a_request_are_shown_apart_on_the_admin_address_only()
    {
        await using var server = await TestServer.StartAsync(kind, options => options with
        {
            Admin = new IPEndPoint(IPAddress.Loopback, 0),
        });
        await server.Ledger.OpenFilledAsync("alice", 100);
        await server.Ledger.OpenAsync("bob");
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => server.Ledger.SendAsync(Move("alice", "bob", 1))));
        await server.Client.CreatePaymentAsync(Requests.Create());

        var page = await server.Http.GetStringAsync(new Uri(server.AdminAddress, "/stats/prometheus"), Token);

        Assert.True(Sum(page, "mesh_payments_queue_wait_seconds_count", "queue=\"ledger\"") >= 20, page);
        Assert.True(Sum(page, "mesh_payments_queue_wait_seconds_count", "queue=\"payments\"") >= 1, page);
        Assert.True(Sum(page, "mesh_payments_db_pool_wait_seconds_count", "") >= 2, page);
        Assert.True(Sum(page, "mesh_payments_db_statement_seconds_count", "statement=\"") >= 2, page);
        Assert.True(Sum(page, "mesh_payments_db_lock_seconds_count", "statement=\"") >= 2, page);
        Assert.True(Sum(page, "mesh_payments_db_commit_seconds_count", "") >= 2, page);
        Assert.True(Sum(page, "mesh_payments_batch_size", "queue=\"ledger\"") >= 20, page);
        Assert.True(Sum(page, "mesh_payments_queue_limit", "queue=\"ledger\"") >= 16384, page);
        using var elsewhere = await server.Http.GetAsync(new Uri("/stats/prometheus", UriKind.Relative), Token);
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
    }

    [Fact]
    public async Task Prometheus_own_reader_has_nothing_to_say_against_the_page()
    {
        await using var server = await TestServer.StartAsync(kind, options => options with
        {
            Admin = new IPEndPoint(IPAddress.Loopback, 0),
        });
        await server.Client.CreatePaymentAsync(Requests.Create());

        var page = await server.Http.GetStringAsync(new Uri(server.AdminAddress, "/stats/prometheus"), Token);

        Assert.Contains("mesh_payments_", page, StringComparison.Ordinal);
        Assert.Empty(await Promtool.CheckAsync(page, Token));
    }

    /// <summary>Of all samples whose name begins so and whose tags contain the text: other tests in this process count as well.</summary>
    private static double Sum(string page, string name, string tags) => SampleLine().Matches(page)
        .Where(match => match.Groups["name"].Value.StartsWith(name, StringComparison.Ordinal) && match.Groups["tags"].Value.Contains(tags, StringComparison.Ordinal))
        .Sum(match => double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"^(?<name>[a-z_]+)(\{(?<tags>[^}]*)\})? (?<value>[0-9.eE+-]+)", RegexOptions.Multiline)]
    private static partial Regex SampleLine();
}
