using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Mesh.FakeKube.Faults;

/// <summary>The client connections, so that they can be broken, refused and frozen.</summary>
internal sealed class ConnectionFaults
{
    private readonly ConcurrentDictionary<ConnectionContext, byte> open = new();
    private volatile bool refuse;

    public ConnectionGate Gate { get; } = new();

    public int Count => open.Count;

    /// <summary>Whether new connections are reset as soon as they are made.</summary>
    public bool Refuse
    {
        get => refuse;
        set => refuse = value;
    }

    /// <returns>How many were open.</returns>
    public int Break()
    {
        var all = open.Keys.ToList();
        foreach (var connection in all) connection.Abort(new ConnectionAbortedException("broken on cue"));
        return all.Count;
    }

    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (refuse)
        {
            connection.Abort(new ConnectionAbortedException("refused on cue"));
            return;
        }

        open[connection] = 0;
        connection.Transport = new GatedPipe(connection.Transport, Gate, connection.ConnectionClosed);
        try
        {
            await next(connection);
        }
        finally
        {
            open.TryRemove(connection, out _);
        }
    }
}
