namespace Mesh.Istiod.Xds;

/// <summary>One stream to istiod, whichever protocol it speaks. Requests may be made concurrently; one reader at a time.</summary>
/// <remarks>All throw <see cref="Grpc.Core.RpcException"/> when the stream is over.</remarks>
internal interface IAdsStream : IAsyncDisposable
{
    /// <summary>Asks for a type, or for other names of it than before. The first request of all carries the node.</summary>
    Task SubscribeAsync(XdsSubscription wanted, CancellationToken cancellationToken);

    /// <summary>Null when the server has ended the stream without an error.</summary>
    Task<XdsResponse?> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Accepts a response, or refuses it with a reason.</summary>
    Task AnswerAsync(XdsResponse response, string? refusal, CancellationToken cancellationToken);

    /// <remarks>A server forgets what comes before the first subscription.</remarks>
    Task ReportAsync(HealthReport report, CancellationToken cancellationToken);

    /// <summary>No more requests will come; all that were made arrive.</summary>
    Task CompleteAsync();
}
