namespace Mesh.Config.Resources.Networking;

/// <summary>How traffic reaches a sidecar listener.</summary>
public enum CaptureMode
{
    Default,
    Iptables,
    None,
}
