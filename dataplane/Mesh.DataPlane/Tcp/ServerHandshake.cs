using System.Net.Security;

namespace Mesh.DataPlane.Tcp;

/// <summary>How a server answers one client.</summary>
/// <param name="IsMesh">The client's certificate is one of the mesh, and names its workload.</param>
public sealed record ServerHandshake(SslServerAuthenticationOptions Options, bool IsMesh = false);
