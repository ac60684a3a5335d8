using Mesh.VmAgent.Health;

namespace Mesh.VmAgent.Registration;

/// <summary>How this machine is made known to the mesh, whoever keeps its WorkloadEntry.</summary>
public interface IRegistration : IAsyncDisposable
{
    /// <summary>Raised after <see cref="Status"/> changed. Handlers must be quick and must not throw.</summary>
    event Action<RegistrationStatus>? Changed;

    RegistrationStatus Status { get; }

    /// <summary>Registers, and stays registered, until cancelled; does not take the machine out then.</summary>
    Task RunAsync(CancellationToken cancellationToken);

    /// <summary>Configuration has changed: looks at once whether something is to be done.</summary>
    Task LookAfterAsync(CancellationToken cancellationToken);

    /// <summary>Tells an edge of the application's health; kept for later while the machine is not registered.</summary>
    Task ReportHealthAsync(HealthChange change, CancellationToken cancellationToken);

    /// <summary>Leaves the registration as it is, for another process of this machine to go on with; nothing is written afterwards.</summary>
    Task HandOverAsync(CancellationToken cancellationToken);

    /// <summary>Takes the machine out of the mesh for good.</summary>
    Task LeaveAsync(CancellationToken cancellationToken);
}
