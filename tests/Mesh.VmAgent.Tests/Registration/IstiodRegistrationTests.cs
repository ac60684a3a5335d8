using System.Net;
using Grpc.Core;
using Mesh.Istiod.Protos.Xds;
using Mesh.Istiod.Tests.Xds;
using Mesh.Istiod.Xds;
using Mesh.VmAgent.Bootstrap;
using Mesh.VmAgent.Tests.Proxy;

namespace Mesh.VmAgent.Tests.Registration;

/// <summary>A whole agent that registers by a stream to istiod.</summary>
public sealed class IstiodRegistrationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_agent_introduces_itself_is_ready_when_istiod_has_answered_and_says_how_its_application_is()
    {
        await using var mesh = await AgentMesh.CreateAsync();
        await using var istiod = await FakeIstiod.StartAsync(mesh.Authority, Token);
        await using var app = await TestServer.StartAsync(_ => Task.CompletedTask);
        mesh.ConfigureEchoGroup(app.Port, probe: $"probe: {{tcpSocket: {{port: {app.Port}}}, periodSeconds: 1}}");
        var agent = await mesh.StartAsync(Settings(mesh, istiod), waitReady: false);

        var stream = await istiod.AcceptAsync(Token);
        Assert.True(stream.HasClientCertificate);
        var first = await ReadAsync(stream);
        var metadata = first.Node.Metadata.Fields;
        Assert.Equal(
            ("sidecar~127.0.0.1~agent-echo.prod~prod.svc.cluster.local", "echo", "echo", "c1", "n1"),
            (first.Node.Id, metadata["AUTO_REGISTER_GROUP"].StringValue, metadata["SERVICE_ACCOUNT"].StringValue,
                metadata["CLUSTER_ID"].StringValue, metadata["NETWORK"].StringValue));
        Assert.True(metadata["PROXY_CONFIG"].StructValue.Fields["readinessProbe"].StructValue.Fields.ContainsKey("tcpSocket"));
        Assert.Contains("registration", agent.Status.Missing.Single(), StringComparison.Ordinal);

        await AnswerAsync(stream);
        var health = await ReadAsync(stream);
        Assert.Equal((XdsTypes.Health, true), (health.TypeUrl, health.ErrorDetail is null));
        await Eventually.HoldsAsync(() => agent.Readiness.IsReady, "the agent is ready");
        Assert.Equal(("Registered", "prod/echo-127.0.0.1-n1"), (agent.Status.Registration!.State, agent.Status.Registration.Entry));

        await app.DisposeAsync();
        Assert.NotNull((await ReadAsync(stream)).ErrorDetail);
    }

    [Fact]
    public async Task A_lost_istiod_does_not_make_the_agent_unready_and_hears_of_health_when_it_is_back()
    {
        await using var mesh = await AgentMesh.CreateAsync();
        await using var istiod = await FakeIstiod.StartAsync(mesh.Authority, Token);
        await using var app = await TestServer.StartAsync(_ => Task.CompletedTask);
        mesh.ConfigureEchoGroup(app.Port, probe: $"probe: {{tcpSocket: {{port: {app.Port}}}}}");
        var agent = await mesh.StartAsync(Settings(mesh, istiod), waitReady: false);
        var stream = await istiod.AcceptAsync(Token);
        await ReadAsync(stream);
        await AnswerAsync(stream);
        await ReadAsync(stream);
        await Eventually.HoldsAsync(() => agent.Readiness.IsReady, "the agent is ready");

        stream.Cut();
        await Eventually.HoldsAsync(() => agent.Status.Registration!.State == "Failing", "the loss is told");
        Assert.True(agent.Readiness.IsReady);
        for (var refused = 0; refused < 3; refused++) (await istiod.AcceptAsync(Token)).Cut();
        var again = await istiod.AcceptAsync(Token);
        Assert.NotNull((await ReadAsync(again)).Node);
        await AnswerAsync(again);
        Assert.Equal(XdsTypes.Health, (await ReadAsync(again)).TypeUrl);
        await Eventually.HoldsAsync(() => agent.Status.Registration!.State == "Registered", "registered again");
    }

    [Theory]
    [InlineData(StatusCode.FailedPrecondition, "cannot find WorkloadGroup prod/echo", "WaitingForGroup", "create the WorkloadGroup")]
    [InlineData(StatusCode.PermissionDenied, "authorization failed: no identities matched prod/echo", "Refused", "service account")]
    [InlineData(StatusCode.Unauthenticated, "authentication failure", "Refused", "certificate")]
    [InlineData(StatusCode.Unknown, "registration of WorkloadEntry requires a verified identity", "Refused", "15012")]
    public async Task A_refusal_is_told_with_its_remedy_and_keeps_the_agent_unready(StatusCode code, string detail, string state, string remedy)
    {
        await using var mesh = await AgentMesh.CreateAsync();
        await using var istiod = await FakeIstiod.StartAsync(mesh.Authority, Token);
        mesh.ConfigureEchoGroup(1);
        var agent = await mesh.StartAsync(Settings(mesh, istiod), waitReady: false);
        var stream = await istiod.AcceptAsync(Token);
        await ReadAsync(stream);
        await stream.EndAsync(code, detail);

        await Eventually.HoldsAsync(() => agent.Status.Registration!.State == state, state);
        var message = agent.Status.Registration!.Message;
        Assert.Contains(detail, message, StringComparison.Ordinal);
        Assert.Contains(remedy, message, StringComparison.Ordinal);
        Assert.False(agent.Readiness.IsReady);
    }

    [Fact]
    public async Task Who_is_stopped_says_so_before_the_stream_ends()
    {
        await using var mesh = await AgentMesh.CreateAsync();
        await using var istiod = await FakeIstiod.StartAsync(mesh.Authority, Token);
        mesh.ConfigureEchoGroup(1);
        var agent = await mesh.StartAsync(Settings(mesh, istiod), waitReady: false);
        var stream = await istiod.AcceptAsync(Token);
        await ReadAsync(stream);
        await AnswerAsync(stream);
        await Eventually.HoldsAsync(() => agent.Readiness.IsReady, "the agent is ready");

        var stopping = agent.StopAsync(Token);
        Assert.StartsWith("Leaving", (await ReadAsync(stream)).ErrorDetail.Message, StringComparison.Ordinal);
        Assert.Null(await stream.ReadAsync(Token));
        await stream.EndAsync(StatusCode.OK, "");
        await stopping;
        Assert.Equal("Left", agent.Status.Registration!.State);
    }

    [Theory]
    [InlineData("istiod")]
    [InlineData("istiod:istiod.example.com:15012")]
    [InlineData("file:/registry")]
    public void A_place_to_register_is_written_as_it_is_read(string text) => Assert.Equal(text, RegistrationSpec.Parse(text).ToString());

    private static AgentSettings Settings(AgentMesh mesh, FakeIstiod istiod) => mesh.EchoSettings() with
    {
        Register = new RegistrationSpec(null, new DnsEndPoint(istiod.EndPoint.Address.ToString(), istiod.EndPoint.Port)),
        CaRoot = mesh.Root,
    };

    private static Task<DeltaDiscoveryRequest> ReadAsync(FakeStream stream) => stream.ReadAsync(DeltaDiscoveryRequest.Parser, Token);

    /// <summary>A response and its acknowledgement.</summary>
    private static async Task AnswerAsync(FakeStream stream)
    {
        await stream.SendAsync(Listeners.Delta("nonce-1", "version-1", "0.0.0.0_9080"), Token);
        Assert.Equal("nonce-1", (await ReadAsync(stream)).ResponseNonce);
    }
}
