using System.Net;
using System.Net.Sockets;

namespace Mesh.Hosting.Networking;

/// <summary>
/// Connects to a host by name. The name is resolved for every connection; its addresses are tried one after the other with a head
/// start for each, so that one that does not answer costs a moment and no more.
/// </summary>
/// <remarks>Source: RFC 8305, Happy Eyeballs, 5.</remarks>
/// <param name="resolve">From a name, or an address as text, to addresses; null asks the system.</param>
public sealed class HostDialer(TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
{
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(250);

    /// <exception cref="IOException">The name is not known, or no address answers; the message names each with its reason.</exception>
    public async Task<NetworkStream> ConnectAsync(DnsEndPoint host, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(host);
        var addresses = await ResolveAsync(host, cancellationToken).ConfigureAwait(false);
        using var rest = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new List<Task<Socket>>();
        var failures = new List<string>();
        var next = 0;
        try
        {
            while (true)
            {
                if (next < addresses.Length) running.Add(ConnectAsync(new IPEndPoint(addresses[next++], host.Port), rest.Token));
                var finished = await FirstAsync(running, more: next < addresses.Length, rest.Token).ConfigureAwait(false);
                if (finished is null) continue;
                running.Remove(finished);
                if (finished.IsCompletedSuccessfully) return new NetworkStream(await finished.ConfigureAwait(false), ownsSocket: true);
                cancellationToken.ThrowIfCancellationRequested();
                failures.Add(finished.Exception?.InnerException?.Message ?? "cancelled");
                if (running.Count == 0 && next == addresses.Length)
                    throw new IOException($"none of the {addresses.Length} addresses of {host.Host} answers: {string.Join("; ", failures)}");
            }
        }
        finally
        {
            await rest.CancelAsync().ConfigureAwait(false);
            foreach (var late in running) _ = DropAsync(late);
        }
    }

    private async Task<IPAddress[]> ResolveAsync(DnsEndPoint host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host.Host, out var literal)) return [literal];
        try
        {
            var addresses = await (resolve ?? Dns.GetHostAddressesAsync)(host.Host, cancellationToken).ConfigureAwait(false);
            return addresses.Length > 0 ? addresses : throw new IOException($"the name {host.Host} has no address");
        }
        catch (SocketException exception)
        {
            throw new IOException($"the name {host.Host} cannot be resolved: {exception.Message}", exception);
        }
    }

    /// <summary>The first that ends, well or not; null when the next address may start.</summary>
    private async Task<Task<Socket>?> FirstAsync(List<Task<Socket>> running, bool more, CancellationToken cancellationToken)
    {
        var ended = Task.WhenAny(running);
        if (!more) return await ended.ConfigureAwait(false);
        var headStart = Task.Delay(HeadStart, time, cancellationToken);
        return await Task.WhenAny(ended, headStart).ConfigureAwait(false) == ended ? await ended.ConfigureAwait(false) : null;
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new IOException($"{address}: {exception.Message}", exception);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task DropAsync(Task<Socket> late)
    {
        await ((Task)late).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (late.IsCompletedSuccessfully) (await late.ConfigureAwait(false)).Dispose();
    }
}
