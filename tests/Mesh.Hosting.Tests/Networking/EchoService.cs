using Grpc.Core;
using Mesh.Hosting.Tests.Protos;

namespace Mesh.Hosting.Tests.Networking;

internal sealed class EchoService : Echo.EchoBase
{
    public override async Task Talk(
        IAsyncStreamReader<Word> requestStream, IServerStreamWriter<Word> responseStream, ServerCallContext context)
    {
        await foreach (var word in requestStream.ReadAllAsync(context.CancellationToken))
            await responseStream.WriteAsync(word, context.CancellationToken);
        context.ResponseTrailers.Add("said", "all");
    }
}
