using Grpc.Core;

namespace Mesh.DataPlane.Tests.Support;

public sealed class EchoService(EchoBackend backend) : Echo.EchoBase
{
    public override async Task<EchoReply> Unary(EchoRequest request, ServerCallContext context)
    {
        backend.Saw(context);
        if (request.Hang) await HangAsync(context);
        Fail(request);
        context.ResponseTrailers.Add("x-trailer", "end");
        foreach (var header in context.RequestHeaders)
            if (header.Key.StartsWith("echo-", StringComparison.Ordinal)) context.ResponseTrailers.Add(header);
        return new EchoReply { Text = request.Text, Server = backend.Name };
    }

    public override async Task Chat(
        IAsyncStreamReader<EchoRequest> requestStream, IServerStreamWriter<EchoReply> responseStream, ServerCallContext context)
    {
        backend.Saw(context);
        await context.WriteResponseHeadersAsync(new Metadata { { "x-early", "yes" } });
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            if (request.Hang) await HangAsync(context);
            Fail(request);
            await responseStream.WriteAsync(new EchoReply { Text = request.Text, Server = backend.Name });
        }

        context.ResponseTrailers.Add("x-trailer", "end");
    }

    public override async Task Download(EchoRequest request, IServerStreamWriter<EchoReply> responseStream, ServerCallContext context)
    {
        backend.Saw(context);
        for (var i = 0; i < request.Count; i++)
        {
            await responseStream.WriteAsync(new EchoReply { Text = request.Text });
            backend.CountSent();
        }

        if (request.Hang) await HangAsync(context);
    }

    public override async Task<EchoReply> Upload(IAsyncStreamReader<EchoRequest> requestStream, ServerCallContext context)
    {
        backend.Saw(context);
        long length = 0;
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            length += request.Text.Length;
            if (!request.Hang) continue;
            backend.Hanging.Release();
            await backend.GoOn.WaitAsync(context.CancellationToken);
        }

        return new EchoReply { Text = $"{length}", Server = backend.Name };
    }

    private static void Fail(EchoRequest request)
    {
        if (request.FailWith != 0) throw new RpcException(new Status((StatusCode)request.FailWith, "asked to fail"));
    }

    private async Task HangAsync(ServerCallContext context)
    {
        backend.Hanging.Release();
        try
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }
        finally
        {
            backend.Cancelled.Release();
        }
    }
}
