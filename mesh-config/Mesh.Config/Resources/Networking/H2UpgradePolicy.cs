namespace Mesh.Config.Resources.Networking;

/// <summary>Whether HTTP/1.1 is sent as HTTP/2.</summary>
public enum H2UpgradePolicy
{
    Default,
    DoNotUpgrade,
    Upgrade,
}
