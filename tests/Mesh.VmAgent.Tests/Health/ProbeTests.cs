using System.Net;
using Mesh.VmAgent.Health;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.VmAgent.Tests.Health;

/// <summary>Each kind of probe against something real.</summary>
public sealed class ProbeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(200, true)]
    [InlineData(204, true)]
    [InlineData(302, true)]
    [InlineData(399, true)]
    [InlineData(400, false)]
    [InlineData(503, false)]
    public async Task Http_succeeds_with_a_status_of_200_to_399(int status, bool succeeds)
    {
        await using var server = await TestServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "http://127.0.0.1:1/";
            return Task.CompletedTask;
        });
        using var probe = new HttpProbe(new ProbeAction.HttpGet("http", "", server.Port, "/healthz"), "127.0.0.1");

        var result = await probe.CheckAsync(Token);

        Assert.Equal(succeeds, result.Succeeded);
        Assert.Contains($"answered {status}", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Http_sends_the_path_and_headers_it_was_given_and_istios_user_agent()
    {
        HttpRequest? seen = null;
        await using var server = await TestServer.StartAsync(context =>
        {
            seen = context.Request;
            context.Response.StatusCode = context.Request.Headers["X-Probe"] == "yes" && context.Request.Host.Host == "billing.local"
                && context.Request.Path == "/ready" && context.Request.Query["deep"] == "1"
                && context.Request.Headers.UserAgent == "istio-probe/1.0" ? 200 : 500;
            return Task.CompletedTask;
        });
        using var probe = new HttpProbe(
            new ProbeAction.HttpGet("http", "", server.Port, "/ready?deep=1")
            {
                Headers = [new("X-Probe", "yes"), new("Host", "billing.local")],
            },
            "127.0.0.1");

        Assert.True((await probe.CheckAsync(Token)).Succeeded);
        Assert.NotNull(seen);
    }

    [Fact]
    public async Task Http_ignores_the_proxy_of_the_environment()
    {
        await using var server = await TestServer.StartAsync(_ => Task.CompletedTask);
        var before = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new ProxyOfOnePort(server.Port);
        try
        {
            using var probe = new HttpProbe(new ProbeAction.HttpGet("http", "", server.Port, "/"), "127.0.0.1");
            Assert.True((await probe.CheckAsync(Token)).Succeeded);
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }
    }

    [Fact]
    public async Task Nobody_listening_is_a_failure_that_names_the_place_for_http_tcp_and_grpc()
    {
        var port = FreePort.Next();
        using var http = new HttpProbe(new ProbeAction.HttpGet("http", "", port, "/"), "127.0.0.1");
        using var grpc = new GrpcProbe("127.0.0.1", port, "");
        foreach (var probe in new IProbe[] { http, grpc, new TcpProbe("127.0.0.1", port) })
        {
            var result = await probe.CheckAsync(Token);

            Assert.False(result.Succeeded);
            Assert.Equal("ConnectionRefused", result.Reason);
            Assert.Contains($"127.0.0.1:{port}", result.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Tcp_succeeds_when_the_connection_opens()
    {
        await using var server = await TestServer.StartAsync(_ => Task.CompletedTask);

        Assert.True((await new TcpProbe("127.0.0.1", server.Port).CheckAsync(Token)).Succeeded);
    }

    [Fact]
    public async Task An_application_that_listens_on_IPv6_alone_is_found()
    {
        const string host = "::1";
        await using var plain = await TestServer.StartAsync(_ => Task.CompletedTask, address: "::1");
        await using var grpc = await TestServer.StartAsync(
            async context =>
            {
                context.Response.ContentType = "application/grpc";
                await context.Response.Body.WriteAsync(new byte[] { 0, 0, 0, 0, 2, 8, 1 });
                context.Response.AppendTrailer("grpc-status", "0");
            },
            HttpProtocols.Http2, address: "::1");
        using var http = new HttpProbe(new ProbeAction.HttpGet("http", "", plain.Port, "/"), host);
        using var health = new GrpcProbe(host, grpc.Port, "");

        foreach (var probe in new IProbe[] { http, health, new TcpProbe(host, plain.Port) })
        {
            var result = await probe.CheckAsync(Token);
            Assert.True(result.Succeeded, result.Message);
        }
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("there-is-no-such-program", false)]
    public async Task Exec_succeeds_when_the_program_ends_with_zero(string program, bool succeeds)
    {
        Assert.Equal(succeeds, (await new ExecProbe([program]).CheckAsync(Token)).Succeeded);
    }

    [Theory]
    [InlineData("echo all is well; exit 0", "exec sh ended with 0")]
    [InlineData("echo first; echo 'disk is full' >&2; exit 3", "exec sh ended with 3: disk is full")]
    [InlineData("printf 'one\\ntwo\\n\\n'; exit 1", "exec sh ended with 1: two")]
    [InlineData("head -c 1000000 /dev/zero | tr '\\0' y; echo; echo the last; exit 2", "exec sh ended with 2: the last")]
    [InlineData("sleep 20 & exit 4", "exec sh ended with 4")]
    [InlineData("exit 5", "exec sh ended with 5")]
    public async Task An_exec_probe_that_fails_tells_what_the_program_said_last(string script, string says)
    {
        Assert.Equal(says, (await new ExecProbe(["sh", "-c", script]).CheckAsync(Token)).Message);
    }

    [Fact]
    public async Task An_exec_probe_that_hangs_is_killed()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new ExecProbe(["sleep", "600"]).CheckAsync(timeout.Token));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public async Task Grpc_succeeds_when_the_service_says_serving(int status, bool succeeds)
    {
        await using var server = await TestServer.StartAsync(
            async context =>
            {
                Assert.Equal("/grpc.health.v1.Health/Check", context.Request.Path);
                context.Response.ContentType = "application/grpc";
                await context.Response.Body.WriteAsync(new byte[] { 0, 0, 0, 0, 2, 8, (byte)status });
                context.Response.AppendTrailer("grpc-status", "0");
            },
            HttpProtocols.Http2);
        using var probe = new GrpcProbe("127.0.0.1", server.Port, "billing");

        Assert.Equal(succeeds, (await probe.CheckAsync(Token)).Succeeded);
    }

    /// <summary>The environment is that of all tests of this process: nobody else's calls are touched.</summary>
    private sealed class ProxyOfOnePort(int port) : IWebProxy
    {
        public ICredentials? Credentials { get; set; }

        public Uri GetProxy(Uri destination) => new("http://127.0.0.1:1");

        public bool IsBypassed(Uri host) => host.Port != port;
    }
}
