using System.Net;
using System.Net.Sockets;
using Mesh.Gateway.Collection;

namespace Mesh.VmAgent.Tests.Collection;

/// <summary>The probe itself, against something that answers, answers badly, hangs, or is not there.</summary>
public sealed class HttpAgentCheckTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(200, AgentAnswer.Ready, "127.0.0.1")]
    [InlineData(503, AgentAnswer.NotReady, "127.0.0.1")]
    [InlineData(200, AgentAnswer.Ready, "::1")]
    public async Task The_status_tells_ready_from_not_ready(int status, AgentAnswer expected, string address)
    {
        await using var agent = await TestServer.StartAsync(context =>
        {
            Assert.Equal("/healthz/ready", context.Request.Path);
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        }, address: address);
        using var check = new HttpAgentCheck(TimeSpan.FromSeconds(20), TimeProvider.System);

        Assert.Equal(expected, await check.AskAsync(At(agent.Port, address), Token));
    }

    [Fact]
    public async Task Nobody_there_and_a_machine_that_hangs_are_no_answer()
    {
        using var check = new HttpAgentCheck(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        Assert.Equal(AgentAnswer.None, await check.AskAsync(At(FreePort.Next()), Token));

        using var hanging = new TcpListener(IPAddress.Loopback, 0);
        hanging.Start();
        Assert.Equal(AgentAnswer.None, await check.AskAsync(At(((IPEndPoint)hanging.LocalEndpoint).Port), Token));
    }

    private static RegisteredAgent At(int port, string address = "127.0.0.1") => new("prod", "vm", address, port, DateTimeOffset.UnixEpoch);
}
