using System.Net;
using System.Net.Sockets;
using Mesh.Hosting.Networking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Mesh.Hosting.Tests.Networking;

public sealed class ListenErrorsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void A_port_in_use_is_told_with_the_option_that_changes_it()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var taken = (IPEndPoint)listener.LocalEndpoint;

        var failure = Assert.Throws<StartupException>(() => ListenErrors.EnsureFree(taken, "admin"));

        Assert.Equal(ExitCodes.Failed, failure.ExitCode);
        Assert.Equal($"cannot listen on {taken}: address already in use; stop the other process or choose another with --admin", failure.Message);
    }

    [Fact]
    public void An_address_of_another_machine_is_told() =>
        Assert.Contains(
            "not an address of this machine",
            Assert.Throws<StartupException>(() => ListenErrors.EnsureFree(IPEndPoint.Parse("192.0.2.1:80"), "listen")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_free_port_is_free_and_stays_free()
    {
        ListenErrors.EnsureFree(new IPEndPoint(IPAddress.Loopback, 0), "listen");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = (IPEndPoint)listener.LocalEndpoint;
        listener.Stop();
        ListenErrors.EnsureFree(port, "listen");
        ListenErrors.EnsureFree(port, "listen");
    }

    [Fact]
    public async Task A_server_that_finds_its_port_taken_ends_the_process_with_one_line()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var taken = (IPEndPoint)listener.LocalEndpoint;
        using var error = new StringWriter();

        var code = await MeshProcess.RunAsync(
            "mesh-test",
            async () =>
            {
                var builder = WebApplication.CreateSlimBuilder();
                builder.Logging.ClearProviders();
                builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(taken));
                await using var app = builder.Build();
                await app.StartAsync(Cancel);
                return 0;
            },
            error);

        Assert.Equal(1, code);
        Assert.Equal(
            $"mesh-test: cannot listen on {taken}: address already in use; stop the other process or configure another address\n", error.ToString());
    }
}
