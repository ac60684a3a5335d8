namespace Mesh.Config.Model;

/// <summary>Connections go through a tunnel that the endpoint, an HTTP proxy, opens to a target.</summary>
/// <param name="Method"><c>CONNECT</c> or <c>POST</c>.</param>
/// <remarks>Source: Istio TrafficPolicy.TunnelSettings.</remarks>
public sealed record TunnelPolicy(string Method, string TargetHost, int TargetPort);
