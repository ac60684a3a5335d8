namespace Mesh.Config.Resources.Networking;

/// <summary>OutboundTrafficPolicy.mode; an empty block means REGISTRY_ONLY.</summary>
public enum OutboundTrafficMode
{
    RegistryOnly,
    AllowAny,
}
