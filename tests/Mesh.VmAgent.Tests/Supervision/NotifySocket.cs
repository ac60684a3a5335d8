using System.Net.Sockets;
using System.Text;

namespace Mesh.VmAgent.Tests.Supervision;

/// <summary>The socket on which systemd hears its services; keeps what it heard.</summary>
internal sealed class NotifySocket : IAsyncDisposable
{
    private readonly Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly List<string> heard = [];
    private readonly UnixDomainSocketEndPoint own;
    private readonly Task reading;

    /// <param name="name">As in <c>NOTIFY_SOCKET</c>: a path or, after <c>@</c>, an abstract name.</param>
    public NotifySocket(string name)
    {
        own = new UnixDomainSocketEndPoint(name[0] == '@' ? "\0" + name[1..] : name);
        socket.Bind(own);
        reading = ReadAsync();
    }

    /// <summary>The messages so far, each with its lines.</summary>
    public IReadOnlyList<string> Heard
    {
        get { lock (heard) return [.. heard]; }
    }

    /// <summary>Waits for a message that <paramref name="which"/> is true of, after the first <paramref name="skip"/> ones.</summary>
    /// <returns>How many messages there were up to it.</returns>
    public async Task<int> HearAsync(Func<string, bool> which, string what, int skip = 0)
    {
        var index = -1;
        await Eventually.HoldsAsync(
            () => (index = Heard.Skip(skip).ToList().FindIndex(message => which(message))) >= 0, $"{what}, in: {string.Join(" | ", Heard).ReplaceLineEndings(" ")}");
        return skip + index + 1;
    }

    /// <summary>Waits until everything that was said up to now is among <see cref="Heard"/>.</summary>
    public async Task CatchUpAsync()
    {
        var mark = Guid.NewGuid().ToString();
        using var sender = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        await sender.SendToAsync(Encoding.UTF8.GetBytes(mark), own, TestContext.Current.CancellationToken);
        await HearAsync(message => message == mark, "the mark");
    }

    public async ValueTask DisposeAsync()
    {
        socket.Dispose();
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[65536];
        while (true)
        {
            var length = await socket.ReceiveAsync(buffer);
            lock (heard) heard.Add(Encoding.UTF8.GetString(buffer, 0, length));
        }
    }
}
