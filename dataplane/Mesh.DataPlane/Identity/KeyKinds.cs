namespace Mesh.DataPlane.Identity;

/// <summary>Names of the kinds of keys in settings.</summary>
public static class KeyKinds
{
    /// <exception cref="FormatException">Not one of them; the message lists them.</exception>
    public static WorkloadKeyKind Parse(string text) => text switch
    {
        "ecdsa-p256" => WorkloadKeyKind.EcdsaP256,
        "ecdsa-p384" => WorkloadKeyKind.EcdsaP384,
        "rsa-2048" => WorkloadKeyKind.Rsa2048,
        "rsa-3072" => WorkloadKeyKind.Rsa3072,
        "rsa-4096" => WorkloadKeyKind.Rsa4096,
        _ => throw new FormatException($"'{text}' is not a kind of key; write ecdsa-p256, ecdsa-p384, rsa-2048, rsa-3072 or rsa-4096"),
    };
}
