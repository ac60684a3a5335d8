using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Mesh.VmAgent.Proxy;

/// <summary>
/// Connections whose bytes are not looked into, and so are judged only once: when policies change, those that would no longer be let in are
/// closed. Requests are judged one by one and need none of this.
/// </summary>
/// <remarks>Envoy closes them too, all of a changed listener and only after its drain time; ztunnel does as is done here.</remarks>
internal sealed class OpenConnections
{
    private readonly ConcurrentDictionary<ConnectionContext, Func<string?>> open = new();

    /// <param name="judge">Why the connection may not go on; null when it may.</param>
    /// <returns>To be disposed when the connection has ended.</returns>
    public IDisposable Keep(ConnectionContext connection, Func<string?> judge)
    {
        open[connection] = judge;
        return new Kept(this, connection);
    }

    /// <summary>Closes whatever is no longer let in.</summary>
    public void Reconsider()
    {
        foreach (var (connection, judge) in open)
            if (judge() is { } reason)
                connection.Abort(new ConnectionAbortedException(reason));
    }

    private sealed class Kept(OpenConnections owner, ConnectionContext connection) : IDisposable
    {
        public void Dispose() => owner.open.TryRemove(connection, out _);
    }
}
