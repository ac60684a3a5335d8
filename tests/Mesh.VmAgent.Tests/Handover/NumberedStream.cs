using System.Threading.Channels;

namespace Mesh.VmAgent.Tests.Handover;

/// <summary>A response that stays open; what is written at one end must come out at the other, in order and once.</summary>
internal sealed class NumberedStream(HttpClient client, StreamReader reader) : IDisposable
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async Task ExpectAsync(ChannelWriter<string> writer, string text)
    {
        for (var i = 0; i < 20; i++)
        {
            await writer.WriteAsync($"{text} {i}", Token);
            Assert.Equal($"{text} {i}", await reader.ReadLineAsync(Token));
        }
    }

    public async Task ExpectEndAsync() => Assert.Null(await reader.ReadLineAsync(Token));

    public void Dispose()
    {
        reader.Dispose();
        client.Dispose();
    }
}
