using System.Net;
using System.Net.Sockets;
using Mesh.Bench.Gateway;
using Mesh.Bench.Gateway.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Mesh.Bench.Agents;

/// <summary>The applications of all machines: HTTP that answers with the address of its machine, and gRPC.</summary>
internal sealed class MachineApps : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly TcpListener grpc;

    private MachineApps(WebApplication app, TcpListener grpc) => (this.app, this.grpc) = (app, grpc);

    public static async Task<MachineApps> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenAnyIP(RigResources.HttpPort, listen => listen.Protocols = HttpProtocols.Http1));
        var app = builder.Build();
        app.Run(context => context.Response.WriteAsync(context.Connection.LocalIpAddress!.MapToIPv4().ToString()));
        await app.StartAsync();
        var grpc = new TcpListener(IPAddress.Any, RigResources.GrpcPort);
        grpc.Start(backlog: 1024);
        _ = AcceptAsync(grpc);
        return new MachineApps(app, grpc);
    }

    public async ValueTask DisposeAsync()
    {
        grpc.Dispose();
        await app.DisposeAsync();
    }

    private static async Task AcceptAsync(TcpListener listener)
    {
        var body = GrpcBody.OfSize(GatewayCase.SmallBytes);
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync();
                socket.NoDelay = true;
                _ = Responder.ServeAsync(new NetworkStream(socket, ownsSocket: true), body);
            }
        }
        catch (Exception error) when (error is ObjectDisposedException or SocketException)
        {
            // The bench is over.
        }
    }
}
