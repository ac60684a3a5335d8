using Mesh.Config.Resources;
using Mesh.Config.Resources.GatewayApi;
using Mesh.Config.Resources.Networking;
using Mesh.Kubernetes.Api;

namespace Mesh.Kubernetes.Sources;

/// <summary>Which Secrets Gateways name.</summary>
internal static class WantedSecrets
{
    /// <summary>Suffix of a Secret that holds only the authorities for client certificates.</summary>
    private const string AuthoritySuffix = "-cacert";

    public static bool IsNamedBy(ApiResource resource) => resource.Kind == "Gateway";

    /// <param name="space">Namespace of the gateway's workload: Istio Gateways mean Secrets there.</param>
    public static IEnumerable<(string Namespace, string Name)> Of(IEnumerable<MeshObject> objects, string space) =>
        objects.SelectMany(value => value switch
        {
            Gateway gateway => gateway.Spec.Servers
                .SelectMany(server => server.Tls is { } tls ? [tls.CredentialName, .. tls.CredentialNames, tls.CaCertCredentialName] : Array.Empty<string>())
                .Where(name => name.Length > 0)
                .SelectMany(name => new[] { (space, name), (space, name + AuthoritySuffix) }),
            GatewayApiGateway gateway => gateway.Spec.Listeners
                .SelectMany(listener => listener.Tls?.CertificateRefs ?? [])
                .Select(reference => (reference.Namespace is { Length: > 0 } other ? other : gateway.Metadata.Namespace, reference.Name)),
            _ => [],
        }).Distinct().Order();
}
