namespace Mesh.DataPlane.Identity;

/// <summary>What kind of private key a workload makes for itself.</summary>
public enum WorkloadKeyKind
{
    EcdsaP256,
    EcdsaP384,
    Rsa2048,
    Rsa3072,
    Rsa4096,
}
