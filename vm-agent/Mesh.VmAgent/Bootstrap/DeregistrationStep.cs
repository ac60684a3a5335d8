using Mesh.Hosting.Shutdown;
using Mesh.VmAgent.Registration;

namespace Mesh.VmAgent.Bootstrap;

/// <summary>
/// First step of leaving: the entry goes, then other proxies get a moment to notice, and only then are listeners closed, so
/// that no call meets a closed port.
/// </summary>
internal sealed class DeregistrationStep(IRegistration registration, TimeProvider time) : IDrainStep
{
    /// <summary>Config sources react within about 50 ms; probes of gateways within a second.</summary>
    private static readonly TimeSpan Notice = TimeSpan.FromSeconds(1);

    public string Name => "deregistration";

    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        // Nobody calls this process any more: the entry leads to another one.
        if (registration.Status.State == RegistrationState.HandedOver) return;
        await registration.LeaveAsync(cancellationToken).ConfigureAwait(false);
        await Task.Delay(Notice, time, cancellationToken).ConfigureAwait(false);
    }
}
