using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Routing;

/// <summary>An HTTP rule as it is evaluated: one of a VirtualService itself, or a delegate's rule merged with the root's.</summary>
/// <param name="Spec">Names of gateways in its matches are complete (<c>ns/name</c>).</param>
/// <param name="Name">Name of the rule, else <c>#index</c>.</param>
/// <param name="Namespace">Short destination hosts are completed with it: that of the VirtualService that names them.</param>
/// <param name="Origin">Subject of that VirtualService.</param>
internal sealed record HttpRuleInForce(HttpRouteSpec Spec, string Name, string Namespace, string Origin);
