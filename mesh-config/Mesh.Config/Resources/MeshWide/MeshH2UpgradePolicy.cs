namespace Mesh.Config.Resources.MeshWide;

/// <summary>Whether HTTP/1.1 calls are upgraded to HTTP/2 for all hosts.</summary>
public enum MeshH2UpgradePolicy
{
    DoNotUpgrade,
    Upgrade,
}
