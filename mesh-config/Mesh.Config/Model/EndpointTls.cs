namespace Mesh.Config.Model;

/// <summary>What an endpoint accepts: mesh mTLS (<c>tlsMode: istio</c>) or plain text.</summary>
public enum EndpointTls
{
    Disabled,
    Istio,
}
