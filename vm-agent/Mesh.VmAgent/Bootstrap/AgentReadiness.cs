using Mesh.DataPlane.Identity;
using Mesh.Hosting.Health;
using Mesh.VmAgent.Registration;

namespace Mesh.VmAgent.Bootstrap;

/// <summary>What an agent needs before it may get traffic: configuration, a valid certificate, listeners, registration.</summary>
internal sealed class AgentReadiness
{
    private readonly TimeProvider time;
    private readonly ReadinessCondition sources;
    private readonly ReadinessCondition identity;
    private readonly ReadinessCondition listeners;
    private readonly ReadinessCondition? registration;
    private bool wasRegistered;

    public AgentReadiness(AgentSettings settings, TimeProvider time)
    {
        this.time = time;
        sources = State.Add("sources", $"not all of {string.Join(", ", settings.Sources)} have been read yet");
        identity = State.Add("identity", "no certificate yet");
        listeners = State.Add("listeners", "not listening yet");
        if (settings is { WorkloadGroup: not null, Register: not null }) registration = State.Add("registration", "not registered yet");
    }

    public Readiness State { get; } = new();

    public void Synced() => sources.Met();

    public void Listening() => listeners.Met();

    /// <param name="problem">Why there is none, or no newer one.</param>
    public void Certified(WorkloadCertificate? current, string? problem)
    {
        if (current is null) identity.NotMet(problem ?? "no certificate yet");
        else if (current.NotAfter <= time.GetUtcNow())
            identity.NotMet($"the certificate expired at {current.NotAfter:u}{(problem is null ? "" : $" and was not renewed: {problem}")}");
        else identity.Met();
    }

    /// <summary>The process before this one listens and is registered, and will say so.</summary>
    public void Following()
    {
        listeners.Met();
        registration?.Met();
    }

    /// <param name="isRegistered">The entry is there already: the process before this one left it.</param>
    public void Inherited(bool isRegistered)
    {
        wasRegistered |= isRegistered;
        if (!isRegistered) registration?.NotMet("not registered yet");
    }

    public void Registered(RegistrationStatus status)
    {
        wasRegistered |= status.State == RegistrationState.Registered;
        if (registration is null) return;
        // An entry that is there does its work while the registry cannot be reached.
        if (status.State is RegistrationState.Registered or RegistrationState.HandedOver || (wasRegistered && status.State == RegistrationState.Failing)) registration.Met();
        else registration.NotMet(status.Message);
    }
}
