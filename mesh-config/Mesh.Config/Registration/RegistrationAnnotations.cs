namespace Mesh.Config.Registration;

/// <summary>Annotations of a WorkloadEntry that was registered by a machine itself.</summary>
/// <remarks>Source: istio pilot/pkg/autoregistration/controller.go; those of mesh-agent are ours.</remarks>
public static class RegistrationAnnotations
{
    /// <summary>Name of the WorkloadGroup; present on every entry that was not written by hand.</summary>
    public const string Group = "istio.io/autoRegistrationGroup";

    /// <summary>Who keeps the entry: in Istio an istiod instance, here the agent itself.</summary>
    public const string Controller = "istio.io/workloadController";

    /// <summary>When the machine joined, RFC 3339.</summary>
    public const string ConnectedAt = "istio.io/connectedAt";

    /// <summary>When istiod lost the machine's stream, RFC 3339; takes the place of <see cref="ConnectedAt"/> then.</summary>
    public const string DisconnectedAt = "istio.io/disconnectedAt";

    /// <summary><c>true</c>: without a condition <c>Healthy</c> of <c>True</c> the entry is not an endpoint.</summary>
    public const string HealthChecksEnabled = "proxy.istio.io/health-checks-enabled";

    /// <summary>Port of the agent's <c>/healthz/ready</c> where it is not 15021.</summary>
    public const string HealthPort = "mesh-agent/health-port";

    /// <summary>The machine itself, e.g. its EC2 instance id: another machine that gets its address later has another one.</summary>
    public const string Instance = "mesh-agent/instance";

    /// <summary><c>true</c>: the keeper renews a Lease of the entry's name; without it the keeper counts as dead.</summary>
    public const string Leased = "mesh-agent/leased";

    /// <summary>What the agent tells of itself, one line of JSON.</summary>
    public const string Summary = "mesh-agent/summary";

    /// <summary><c>true</c>: a gateway that set the entry unhealthy had to switch health checks on for that, and switches them off again.</summary>
    public const string HealthChecksAdded = "mesh-agent/health-checks-added";
}
