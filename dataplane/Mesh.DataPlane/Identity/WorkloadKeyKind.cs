namespace Mesh.DataPlane.Identity;

/// <summary>What kind of private key a workload makes for itself.</summary>
public enum WorkloadKeyKind
{
    EcdsaP256,
    Rsa2048,
}
