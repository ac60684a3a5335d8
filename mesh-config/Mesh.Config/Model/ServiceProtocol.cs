namespace Mesh.Config.Model;

/// <summary>What a service port speaks, from appProtocol or the port name's prefix.</summary>
/// <remarks>Source: istio pkg/config/protocol; Istio, "Protocol Selection".</remarks>
public enum ServiceProtocol
{
    /// <summary>Not declared; sniffed.</summary>
    Auto,
    Http,
    HttpProxy,
    Http2,
    Grpc,
    GrpcWeb,
    Https,
    Tls,
    Tcp,
    Mongo,
    MySql,
    Redis,
    Udp,
}
