using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.EndToEnd.Scenarios;

/// <summary>The mesh gets a new root as Istio's documentation has it: trust both, sign with the new one, forget the old one.</summary>
internal static class RootRotation
{
    private const string Certificate = "ca-cert.pem";
    private const string Key = "ca-key.pem";
    private const string Roots = "root-cert.pem";

    public static Scenario NewRoot { get; } = new(
        "root-rotation",
        "The root certificate of the mesh is replaced in three steps, and connections are made anew in each: nobody notices.",
        async (play, token) =>
        {
            var folder = play.Rig.Mesh.Layout.CertificateAuthority;
            var old = await File.ReadAllTextAsync(Path.Combine(folder, Roots), token);
            var (certificate, key) = Create();

            await File.WriteAllTextAsync(Path.Combine(folder, Roots), old + certificate, token);
            await StepAsync("both roots are trusted");

            await File.WriteAllTextAsync(Path.Combine(folder, Key), key, token);
            await File.WriteAllTextAsync(Path.Combine(folder, Certificate), certificate, token);
            await StepAsync("the new root signs");

            await File.WriteAllTextAsync(Path.Combine(folder, Roots), certificate, token);
            await StepAsync("the old root is forgotten");

            async Task StepAsync(string what)
            {
                await play.RestartAsync(["ca"], token);
                play.Note(what);
                await Rotation.RenewedAsync(play, token);
                // New connections on every leg.
                await play.RestartAsync(["gateway-legacy"], token);
                await play.RestartAsync(["agent-payments-a"], token);
                await Play.StandInAsync(token);
                await play.RestartAsync(["agent-payments-b"], token);
                await Play.StandInAsync(token);
            }
        })
    {
        IsShort = false,
    };

    private static (string Certificate, string Key) Create()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("O=cluster.local, CN=second root", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = TimeProvider.System.GetUtcNow();
        using var root = request.CreateSelfSigned(now.AddMinutes(-5), now.AddDays(365));
        return (root.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }
}
