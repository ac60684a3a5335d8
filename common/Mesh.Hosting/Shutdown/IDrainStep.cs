namespace Mesh.Hosting.Shutdown;

/// <summary>Something to finish between the decision to stop and the stopping of the server, e.g. deregistration.</summary>
public interface IDrainStep
{
    /// <summary>For the log.</summary>
    string Name { get; }

    /// <summary>Cancelled when the drain time is over; what is left is then cut off.</summary>
    Task DrainAsync(CancellationToken cancellationToken);
}
