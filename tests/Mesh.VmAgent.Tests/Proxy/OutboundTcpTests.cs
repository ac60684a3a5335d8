using System.Net;
using System.Net.Sockets;
using System.Text;
using Mesh.Hosting.AccessLogs;
using Mesh.VmAgent.Bootstrap;
using Mesh.VmAgent.Proxy;

namespace Mesh.VmAgent.Tests.Proxy;

/// <summary>Applications that know no proxy dial a port of the agent, and are at a service of the mesh.</summary>
public sealed class OutboundTcpTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_port_of_the_agent_leads_to_a_tcp_service_over_mtls()
    {
        await using var workload = await GuardedWorkload.StartAsync(_ => "", greeting: "hello ");
        var (caller, door) = await CallerAsync(workload, AgentMesh.Host, AgentMesh.TcpPort);

        using var client = new TcpClient();
        await client.ConnectAsync(door, Token);
        var answer = new byte[11];
        await client.GetStream().WriteAsync("world"u8.ToArray(), Token);
        await client.GetStream().ReadExactlyAsync(answer, Token);
        client.Close();

        Assert.Equal("hello world", Encoding.ASCII.GetString(answer));
        var received = await workload.Mesh.LogLineAsync(workload.Settings, line => line.Kind == AccessLogKind.TcpClosed, "the connection");
        Assert.Equal("spiffe://cluster.local/ns/prod/sa/caller", received.DownstreamPeerUriSan);
        var sent = await workload.Mesh.LogLineAsync(caller, line => line.Kind == AccessLogKind.TcpClosed, "the connection");
        Assert.Equal($"outbound|{AgentMesh.TcpPort}||{AgentMesh.Host}", sent.UpstreamCluster);
    }

    [Fact]
    public async Task Psql_reaches_a_database_behind_two_agents()
    {
        Command.Require("psql");
        await using var database = new TinyPostgres();
        await using var mesh = await AgentMesh.CreateAsync();
        mesh.ConfigureEchoGroup(http: 1, tcp: database.Port);
        await mesh.StartAsync(mesh.EchoSettings());
        var door = new IPEndPoint(IPAddress.Loopback, FreePort.Next());
        var agent = await mesh.StartAsync(mesh.Settings("caller") with
        {
            Outbound = null,
            OutboundTcp = [new OutboundTcpSpec(door, new Destination(AgentMesh.Host, AgentMesh.TcpPort))],
        });
        await Eventually.HoldsAsync(
            () => mesh.Entry()?.Contains("127.0.0.1", StringComparison.Ordinal) == true && agent.Status.Configuration.Services >= 3, "the database is registered");

        var (exitCode, output) = await Command.RunAsync(
            "psql", $"host=127.0.0.1 port={door.Port} user=app dbname=app gssencmode=disable", "-X", "-A", "-t", "-c", "select 'balance'");

        Assert.Equal((0, "42\n"), (exitCode, output));
    }

    [Fact]
    public async Task To_an_http_port_requests_are_routed_one_by_one()
    {
        await using var workload = await GuardedWorkload.StartAsync(_ => "");
        var (_, door) = await CallerAsync(workload, AgentMesh.Host, AgentMesh.HttpPort);
        using var client = new HttpClient();

        var answer = await client.GetStringAsync(new Uri($"http://{door}/inside"), Token);

        Assert.StartsWith("GET /inside\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_mesh_does_not_know_is_closed_and_the_log_says_so()
    {
        await using var workload = await GuardedWorkload.StartAsync(_ => "");
        var (caller, door) = await CallerAsync(workload, "nowhere.prod.svc.cluster.local", 5432);

        using var client = new TcpClient();
        await client.ConnectAsync(door, Token);
        var closed = await Record.ExceptionAsync(async () => Assert.Equal(0, await client.GetStream().ReadAsync(new byte[1], Token)));

        Assert.True(closed is null or IOException, closed?.ToString());
        var line = await workload.Mesh.LogLineAsync(caller, entry => entry.Kind == AccessLogKind.Refused, "the refusal");
        Assert.Equal("nowhere.prod.svc.cluster.local:5432 is not a service of the mesh", line.ResponseCodeDetails);
    }

    [Theory]
    [InlineData("127.0.0.1:5432", "write ADDR:PORT=HOST:PORT")]
    [InlineData("127.0.0.1:5432=db", "write ADDR:PORT=HOST:PORT")]
    [InlineData("5432=db:5432", "has no port")]
    public void A_wrong_setting_says_the_right_form(string text, string remedy)
    {
        var error = Assert.Throws<FormatException>(() => OutboundTcpSpec.Parse(text));

        Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
    }

    private static async Task<(AgentSettings Caller, IPEndPoint Door)> CallerAsync(GuardedWorkload workload, string host, int port)
    {
        var door = new IPEndPoint(IPAddress.Loopback, FreePort.Next());
        var caller = workload.Mesh.Settings("caller") with { Outbound = null, OutboundTcp = [new OutboundTcpSpec(door, new Destination(host, port))] };
        var agent = await workload.Mesh.StartAsync(caller);
        await Eventually.HoldsAsync(
            () => workload.Mesh.Entry()?.Contains("127.0.0.1", StringComparison.Ordinal) == true && agent.Status.Configuration.Services >= 3,
            "echo is registered");
        return (caller, door);
    }
}
