using System.Collections.Concurrent;
using Mesh.Hosting.Health;
using Mesh.Hosting.Shutdown;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Mesh.Hosting.Tests.Shutdown;

public sealed class DrainTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task On_stop_readiness_goes_first_then_the_steps_in_order_even_after_a_failure()
    {
        var readiness = new Readiness();
        var seen = new ConcurrentQueue<string>();
        using var host = Build(
            readiness,
            TimeSpan.FromSeconds(30),
            new Step("deregister", _ =>
            {
                seen.Enqueue($"deregister ready={readiness.IsReady}");
                throw new IOException("disk full");
            }),
            new Step("flush", _ =>
            {
                seen.Enqueue("flush");
                return Task.CompletedTask;
            }));
        await host.StartAsync(Cancel);
        Assert.True(readiness.IsReady);

        await host.StopAsync(Cancel);

        Assert.Equal(["deregister ready=False", "flush"], seen);
    }

    [Fact]
    public async Task A_step_that_never_ends_is_cut_off()
    {
        var readiness = new Readiness();
        using var host = Build(
            readiness, TimeSpan.FromMilliseconds(50), new Step("hang", _ => new TaskCompletionSource().Task));
        await host.StartAsync(Cancel);

        await host.StopAsync(Cancel);

        Assert.True(readiness.IsDraining);
    }

    private static IHost Build(Readiness readiness, TimeSpan timeout, params Step[] steps)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.ClearProviders();
        builder.Services.AddDrain(readiness, timeout);
        foreach (var step in steps) builder.Services.AddSingleton<IDrainStep>(step);
        return builder.Build();
    }

    private sealed class Step(string name, Func<CancellationToken, Task> run) : IDrainStep
    {
        public string Name => name;

        public Task DrainAsync(CancellationToken cancellationToken) => run(cancellationToken);
    }
}
