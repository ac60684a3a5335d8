using Mesh.Config.Resources.Networking;
using Mesh.Config.Routing.GatewayApi;

namespace Mesh.Config.Routing;

/// <summary>One server of a Gateway.</summary>
/// <param name="Api">The listener that it stands for when it comes from the Gateway API; null for Istio's own.</param>
internal sealed record PortServer(Gateway Gateway, GatewayServerSpec Server, AttachedListener? Api)
{
    public string GatewayName => $"{Gateway.Metadata.Namespace}/{Gateway.Metadata.Name}";

    public bool RedirectsToHttps => Server.Tls?.HttpsRedirect == true;
}
