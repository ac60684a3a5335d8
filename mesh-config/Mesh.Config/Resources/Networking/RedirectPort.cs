namespace Mesh.Config.Resources.Networking;

/// <summary>Where a redirect takes its port from.</summary>
public enum RedirectPort
{
    FromProtocolDefault,
    FromRequestPort,
}
