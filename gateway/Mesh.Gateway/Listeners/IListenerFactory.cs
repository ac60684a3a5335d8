using Mesh.Config.Model;

namespace Mesh.Gateway.Listeners;

/// <summary>Opens listeners of one role.</summary>
internal interface IListenerFactory
{
    /// <exception cref="IOException">The address is in use.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound.</exception>
    Task<IActiveListener> OpenAsync(ListenerKey key, GatewayListener configuration, CancellationToken cancellationToken);
}
