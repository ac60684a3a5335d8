namespace Mesh.Payments.Faults;

/// <summary>How a run under faults is made up.</summary>
public sealed record FaultSettings
{
    /// <summary>Folder for all logs, and for the SQLite file.</summary>
    public required string Folder { get; init; }

    /// <summary>As the setting <c>store</c> of mesh-payments.</summary>
    public required string Store { get; init; }

    public int Replicas { get; init; } = 2;

    public int Clients { get; init; } = 8;

    /// <summary>Decides what clients buy.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>False leaves deciding to the sandbox inside the service, whose log cannot be checked.</summary>
    public bool HasAcquirer { get; init; } = true;
}
