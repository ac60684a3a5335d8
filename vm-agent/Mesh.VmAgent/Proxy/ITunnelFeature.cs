namespace Mesh.VmAgent.Proxy;

/// <summary>On connections that a caller opened with CONNECT and on which it speaks HTTP inside.</summary>
public interface ITunnelFeature
{
    /// <summary>What CONNECT named.</summary>
    string Host { get; }

    int Port { get; }
}
