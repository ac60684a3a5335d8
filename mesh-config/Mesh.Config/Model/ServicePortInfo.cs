namespace Mesh.Config.Model;

/// <summary>One port of a service.</summary>
/// <param name="Port">Service port.</param>
/// <param name="TargetPort">Numeric target port; equal to <paramref name="Port"/> when not given; 0 when it is a name.</param>
public sealed record ServicePortInfo(string Name, int Port, int TargetPort, ServiceProtocol Protocol);
