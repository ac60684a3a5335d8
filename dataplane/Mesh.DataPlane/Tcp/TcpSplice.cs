using System.Buffers;
using System.Net.Sockets;
using Mesh.DataPlane.Telemetry;

namespace Mesh.DataPlane.Tcp;

/// <summary>
/// Carries bytes both ways until both directions have ended. The end of one direction is passed on (half-close) while the other
/// goes on; a broken side breaks both.
/// </summary>
public static class TcpSplice
{
    private const int PieceSize = 32 * 1024;

    /// <param name="downstream">Stream of the connection that was accepted.</param>
    /// <param name="endDownstream">Closes the sending direction towards downstream.</param>
    /// <param name="upstream">Stream of the connection that was dialled.</param>
    /// <param name="endUpstream">Closes the sending direction towards upstream.</param>
    public static Task<SpliceResult> RunAsync(
        Stream downstream, Action endDownstream, Stream upstream, Action endUpstream, CancellationToken cancellationToken) =>
        RunAsync(downstream, endDownstream, upstream, endUpstream, null, cancellationToken);

    internal static async Task<SpliceResult> RunAsync(
        Stream downstream, Action endDownstream, Stream upstream, Action endUpstream, SpliceClock? clock, CancellationToken cancellationToken,
        ITcpMeter? meter = null)
    {
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var up = new Direction("downstream", "upstream", clock, bytes => meter?.Received(bytes));
        var down = new Direction("upstream", "downstream", clock, bytes => meter?.Sent(bytes));
        await Task.WhenAll(
            up.CopyAsync(downstream, upstream, endUpstream, broken),
            down.CopyAsync(upstream, downstream, endDownstream, broken)).ConfigureAwait(false);
        var problem = up.Problem ?? down.Problem;
        if (problem is null && cancellationToken.IsCancellationRequested) problem = clock?.Problem ?? "cut off by shutdown";
        return new SpliceResult(up.Bytes, down.Bytes, problem);
    }

    /// <summary>Splices two sockets.</summary>
    public static async Task<SpliceResult> RunAsync(Socket downstream, Socket upstream, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(downstream);
        ArgumentNullException.ThrowIfNull(upstream);
        var left = new NetworkStream(downstream, ownsSocket: false);
        await using (left.ConfigureAwait(false))
        {
            var right = new NetworkStream(upstream, ownsSocket: false);
            await using (right.ConfigureAwait(false))
            {
                return await RunAsync(
                    left, () => downstream.Shutdown(SocketShutdown.Send),
                    right, () => upstream.Shutdown(SocketShutdown.Send),
                    cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private sealed class Direction(string source, string target, SpliceClock? clock, Action<long> count)
    {
        public long Bytes { get; private set; }

        public string? Problem { get; private set; }

        public async Task CopyAsync(Stream from, Stream to, Action end, CancellationTokenSource broken)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(PieceSize);
            var side = source;
            try
            {
                while (true)
                {
                    side = source;
                    var read = await from.ReadAsync(buffer, broken.Token).ConfigureAwait(false);
                    if (read == 0) break;
                    side = target;
                    await to.WriteAsync(buffer.AsMemory(0, read), broken.Token).ConfigureAwait(false);
                    Bytes += read;
                    clock?.Touch();
                    count(read);
                }

                side = target;
                await to.FlushAsync(broken.Token).ConfigureAwait(false);
                end();
            }
            catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException)
            {
                Problem = $"{side} connection broke: {(error.InnerException ?? error).Message}";
                await broken.CancelAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException error) when (!broken.IsCancellationRequested)
            {
                // Kestrel's word for a connection that it has aborted.
                Problem = $"{side} connection broke: {error.Message}";
                await broken.CancelAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // The other direction broke, or the process is stopping; who caused it says why.
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }
}
