using Mesh.Config.Model;

namespace Mesh.Gateway.Listeners;

/// <summary>An open listener.</summary>
internal interface IActiveListener : IAsyncDisposable
{
    /// <summary>Takes up a changed configuration for new connections and requests; those in flight go on.</summary>
    void Update(GatewayListener configuration);

    /// <summary>Stops listening and waits for what is in flight until the token is cancelled.</summary>
    Task StopAsync(CancellationToken cancellationToken);
}
