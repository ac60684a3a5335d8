namespace Mesh.DataPlane.Upstreams;

/// <summary>What is spoken on an upstream connection; decides the ALPN that is offered.</summary>
public enum UpstreamProtocol
{
    Tcp,
    Http1,
    Http2,
}
