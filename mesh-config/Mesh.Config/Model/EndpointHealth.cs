namespace Mesh.Config.Model;

/// <summary>Health as the control plane knows it. A network gateway and a healthy WorkloadEntry are <see cref="Unknown"/>, which is usable.</summary>
public enum EndpointHealth
{
    Unknown,
    Healthy,
    Unhealthy,
    Draining,
}
