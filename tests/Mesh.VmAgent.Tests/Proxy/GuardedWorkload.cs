using System.Net;
using System.Net.Sockets;
using Mesh.VmAgent.Bootstrap;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.VmAgent.Tests.Proxy;

/// <summary>The workload echo behind its agent, with applications on all ports and the policies of the test.</summary>
internal sealed class GuardedWorkload : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly TestServer http;
    private readonly TestServer grpc;
    private readonly TcpListener tcp;
    private readonly Task serving;

    private GuardedWorkload(AgentMesh mesh, TestServer http, TestServer grpc, TcpListener tcp)
    {
        Mesh = mesh;
        this.http = http;
        this.grpc = grpc;
        this.tcp = tcp;
        serving = ServeAsync();
        mesh.ConfigureEchoGroup(http.Port, grpc.Port, ((IPEndPoint)tcp.LocalEndpoint).Port);
        Settings = mesh.EchoSettings();
    }

    public AgentMesh Mesh { get; }

    public AgentSettings Settings { get; init; }

    public AgentHost Agent { get; private set; } = null!;

    /// <summary>Where the applications answer; policies go by it.</summary>
    public (int Http, int Grpc, int Tcp) Ports => (http.Port, grpc.Port, ((IPEndPoint)tcp.LocalEndpoint).Port);

    /// <param name="greeting">What the TCP application says first; empty: it waits for its client.</param>
    public static async Task<GuardedWorkload> StartAsync(Func<GuardedWorkload, string> policies, string mtls = "STRICT", string greeting = "")
    {
        var mesh = await AgentMesh.CreateAsync();
        mesh.Configure("policy.yaml", AgentMesh.Policy(mtls));
        var http = await TestServer.StartAsync(Tell);
        var grpc = await TestServer.StartAsync(
            context =>
            {
                context.Response.ContentType = "application/grpc";
                context.Response.AppendTrailer("grpc-status", "0");
                return Task.CompletedTask;
            },
            HttpProtocols.Http2);
        var tcp = new TcpListener(IPAddress.Loopback, 0);
        tcp.Start();
        var workload = new GuardedWorkload(mesh, http, grpc, tcp) { Greeting = greeting };
        workload.Configure(policies(workload));
        workload.Agent = await mesh.StartAsync(workload.Settings);
        return workload;
    }

    public void Configure(string policies) => Mesh.Configure("authorization.yaml", policies);

    /// <summary>An AuthorizationPolicy of namespace prod for echo.</summary>
    public static string Policy(string name, string spec, string policyNamespace = "prod") => $"""
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata:
          name: {name}
          namespace: {policyNamespace}
        spec: {spec}
        ---

        """;

    public async ValueTask DisposeAsync()
    {
        await Mesh.DisposeAsync();
        await stop.CancelAsync();
        tcp.Dispose();
        await serving;
        await http.DisposeAsync();
        await grpc.DisposeAsync();
        stop.Dispose();
    }

    private string Greeting { get; init; } = "";

    private static Task Tell(HttpContext context) => context.Response.WriteAsync(
        $"{context.Request.Method} {context.Request.Path}\n{context.Request.Headers["x-forwarded-client-cert"]}");

    private async Task ServeAsync()
    {
        var clients = new List<Task>();
        try
        {
            while (true) clients.Add(AnswerAsync(await tcp.AcceptTcpClientAsync(stop.Token)));
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            await Task.WhenAll(clients);
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            var stream = client.GetStream();
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Greeting), stop.Token);
            await stream.CopyToAsync(stream, stop.Token);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The agent has cut it off, or the test is over.
        }
    }
}
