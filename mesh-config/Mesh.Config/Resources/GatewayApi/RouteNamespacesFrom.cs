namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Where routes may come from; absent means the gateway's own namespace.</summary>
public enum RouteNamespacesFrom
{
    Same,
    All,
    Selector,
    None,
}
