namespace Mesh.DataPlane.Upstreams;

/// <summary>A call to an upstream endpoint failed before it answered; the message says what, where and why.</summary>
public sealed class UpstreamException : IOException
{
    public UpstreamException(UpstreamFailure failure, string message, Exception? inner = null)
        : base(message, inner) => Failure = failure;

    public UpstreamFailure Failure { get; }
}
