using System.Text;
using Mesh.Hosting.Health;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mesh.Hosting.Tests.Health;

public sealed class ReadinessTests
{
    private readonly Readiness readiness = new();

    [Fact]
    public async Task Ready_only_when_every_condition_is_met_and_503_tells_which_are_not()
    {
        var identity = readiness.Add("identity", "no certificate yet");
        var sources = readiness.Add("sources", "eks-b has not synced");
        Assert.Equal((503, "identity: no certificate yet\nsources: eks-b has not synced\n"), await ProbeAsync());

        identity.Met();
        Assert.Equal((503, "sources: eks-b has not synced\n"), await ProbeAsync());

        sources.Met();
        Assert.Equal((200, "ready\n"), await ProbeAsync());

        identity.NotMet("certificate expired");
        Assert.Equal((503, "identity: certificate expired\n"), await ProbeAsync());
    }

    [Fact]
    public async Task A_draining_process_never_gets_ready_again()
    {
        var condition = readiness.Add("sources", "not synced");
        condition.Met();
        readiness.Drain();
        condition.Met();

        Assert.True(readiness.IsDraining);
        Assert.Equal((503, "draining: this process is shutting down\n"), await ProbeAsync());
    }

    [Fact]
    public void Changes_are_told_once_each()
    {
        var changes = 0;
        readiness.Changed += () => changes++;
        var one = readiness.Add("one", "waiting");
        one.NotMet("still waiting");
        one.Met();
        one.Met();
        readiness.Drain();

        // Not ready, ready, draining.
        Assert.Equal(3, changes);
    }

    private async Task<(int Status, string Text)> ProbeAsync()
    {
        var context = new DefaultHttpContext();
        using var body = new MemoryStream();
        context.Request.Method = "GET";
        context.Response.Body = body;
        await HealthEndpoint.AnswerAsync(context, readiness);
        return (context.Response.StatusCode, Encoding.UTF8.GetString(body.ToArray()));
    }
}
