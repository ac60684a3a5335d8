namespace Mesh.Hosting.Shutdown;

/// <param name="Timeout">For all drain steps together, and once more for requests in flight.</param>
public sealed record DrainOptions(TimeSpan Timeout);
