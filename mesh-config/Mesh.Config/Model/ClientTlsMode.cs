namespace Mesh.Config.Model;

/// <summary>How a client secures calls to an upstream. <see cref="Auto"/> is Istio's auto mTLS: mesh mTLS to endpoints that accept it, plain text to the rest.</summary>
public enum ClientTlsMode
{
    Auto,
    Disable,
    Simple,
    Mutual,
    IstioMutual,
}
