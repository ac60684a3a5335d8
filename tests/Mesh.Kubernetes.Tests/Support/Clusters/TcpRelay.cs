using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Mesh.Kubernetes.Tests.Support.Clusters;

/// <summary>Passes bytes to a port of 127.0.0.1 and back, and breaks, refuses or swallows them on cue.</summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Line, byte> _open = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly Task _accepting;
    private volatile bool _refuse;

    public TcpRelay(int target)
    {
        _target = target;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Whether new connections are reset as soon as they are made.</summary>
    public bool Refuse
    {
        set => _refuse = value;
    }

    public void Break()
    {
        foreach (var line in _open.Keys) line.Dispose();
    }

    /// <summary>Lines that are open now stay open, and nothing more passes.</summary>
    public void Silence()
    {
        foreach (var line in _open.Keys) line.IsSilent = true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        _listener.Stop();
        Break();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var line = new Line(await _listener.AcceptSocketAsync(_stop.Token));
                if (_refuse)
                {
                    line.Dispose();
                    continue;
                }

                _open[line] = 0;
                _ = RunAsync(line);
                // It may have begun to refuse, and broken all it saw, between the question and the entry.
                if (_refuse) line.Dispose();
            }
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Stopped.
        }
    }

    private async Task RunAsync(Line line)
    {
        try
        {
            await line.RunAsync(_target);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or IOException)
        {
            // Broken, by one of the two ends or on cue.
        }
        finally
        {
            line.Dispose();
            _open.TryRemove(line, out _);
        }
    }

    private sealed class Line(Socket client) : IDisposable
    {
        private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        public volatile bool IsSilent;

        public async Task RunAsync(int target)
        {
            await _server.ConnectAsync(IPAddress.Loopback, target);
            await await Task.WhenAny(PassAsync(client, _server), PassAsync(_server, client));
        }

        /// <summary>Both ends see a reset.</summary>
        public void Dispose()
        {
            foreach (var socket in new[] { client, _server }) socket.Close(0);
        }

        private async Task PassAsync(Socket from, Socket to)
        {
            var buffer = new byte[16 * 1024];
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
            {
                if (IsSilent) continue;
                for (var sent = 0; sent < count;) sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
            }
        }
    }
}
