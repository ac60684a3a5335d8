namespace Mesh.DataPlane.Http;

/// <summary>What becomes of <c>x-forwarded-client-cert</c> at the edge; Istio's forwardClientCertDetails.</summary>
public enum ClientCertForwarding
{
    /// <summary>What the client sent is dropped, and its own certificate set where it has shown one. Istio's default for gateways.</summary>
    SanitizeSet,

    /// <summary>It is dropped.</summary>
    Sanitize,

    /// <summary>It is kept where the client has shown a certificate.</summary>
    ForwardOnly,

    /// <summary>As <see cref="ForwardOnly"/>, with the client's own certificate added.</summary>
    AppendForward,

    /// <summary>It is kept whoever sends it.</summary>
    AlwaysForwardOnly,
}
