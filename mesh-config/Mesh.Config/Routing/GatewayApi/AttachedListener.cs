using Mesh.Config.Resources.GatewayApi;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Routing.GatewayApi;

/// <summary>A listener of a Gateway API Gateway that a proxy serves, also in the form of an Istio Gateway's server.</summary>
/// <param name="AsGateway">No VirtualService can bind to it: its name is none that one could write.</param>
internal sealed record AttachedListener(
    GatewayApiGateway Owner, Listener Listener, Gateway AsGateway, GatewayServerSpec AsServer);
