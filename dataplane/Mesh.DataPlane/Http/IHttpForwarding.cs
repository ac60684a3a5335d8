namespace Mesh.DataPlane.Http;

/// <summary>
/// Moves one request to one endpoint and its response back. Choosing the endpoint, retrying, answering errors and logging are done
/// around it, so that forwarders of different make can stand here: over an HttpMessageInvoker, YARP's, a relay of HTTP/2 frames.
/// </summary>
public interface IHttpForwarding
{
    /// <summary>
    /// Never throws for what an endpoint or a caller did: that is in the result. When the result has no failure the response is complete; when
    /// it has one and the response has started, the response was ended so that the caller sees it is incomplete.
    /// </summary>
    /// <param name="cancellationToken">The caller went away or the time is over.</param>
    Task<ForwardResult> ForwardAsync(ForwardTry attempt, CancellationToken cancellationToken);
}
