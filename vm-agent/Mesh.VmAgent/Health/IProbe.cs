namespace Mesh.VmAgent.Health;

/// <summary>Looks once whether the application answers.</summary>
public interface IProbe
{
    /// <summary>
    /// Never throws but for cancellation: a failure is a result. The caller bounds the time by cancelling
    /// <paramref name="cancellationToken"/>.
    /// </summary>
    Task<ProbeResult> CheckAsync(CancellationToken cancellationToken);
}
