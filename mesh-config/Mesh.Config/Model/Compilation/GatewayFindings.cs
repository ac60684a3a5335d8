using Mesh.Config.Diagnostics;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Model.Compilation;

/// <summary>What a Gateway asks for and is not done yet; said once, never silently dropped.</summary>
internal static class GatewayFindings
{
    public static void Collect(Gateway gateway, List<Diagnostic> found)
    {
        foreach (var name in gateway.Spec.Servers.Select(server => server.Tls).OfType<ServerTlsSettings>().SelectMany(Of).Distinct(StringComparer.Ordinal))
            found.Add(new Diagnostic(
                Severity.Warning, "NotHonouredYet", $"tls.{name} is not honoured by the data plane yet", gateway.Location, gateway.Subject));
    }

    private static IEnumerable<string> Of(ServerTlsSettings tls)
    {
        if (!tls.CredentialNames.IsEmpty) yield return "credentialNames";
        if (!tls.TlsCertificates.IsEmpty) yield return "tlsCertificates";
        if (tls.InsecureSkipVerify == true) yield return "insecureSkipVerify";
    }
}
