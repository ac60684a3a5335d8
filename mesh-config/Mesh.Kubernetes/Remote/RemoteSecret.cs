using System.Globalization;
using System.Text;
using Mesh.Kubernetes.Access;

namespace Mesh.Kubernetes.Remote;

/// <summary>Writes the Secret by which one cluster tells how another is reached.</summary>
/// <remarks>Source of the form: istioctl create-remote-secret.</remarks>
public static class RemoteSecret
{
    /// <param name="cluster">Id of the cluster that is told of.</param>
    /// <param name="access">How it is reached: address and authorities are taken from there.</param>
    /// <param name="token">Who reads it: the token of an account there.</param>
    /// <returns>A YAML document.</returns>
    public static string Write(string cluster, ClusterAccess access, string token, string space = "istio-system")
    {
        ArgumentNullException.ThrowIfNull(access);
        var kubeconfig = Convert.ToBase64String(Encoding.UTF8.GetBytes(Kubeconfig(cluster, access, token)));
        return $$"""
            apiVersion: v1
            kind: Secret
            metadata:
              name: istio-remote-secret-{{cluster}}
              namespace: {{space}}
              labels:
                istio/multiCluster: "true"
              annotations:
                networking.istio.io/cluster: {{cluster}}
            data:
              {{cluster}}: {{kubeconfig}}

            """;
    }

    private static string Kubeconfig(string cluster, ClusterAccess access, string token)
    {
        var settings = new StringBuilder();
        void Add(string name, string value) => settings.Append(CultureInfo.InvariantCulture, $"\n    {name}: {value}");

        Add("server", access.Server.ToString().TrimEnd('/'));
        if (access.SkipTlsVerify) Add("insecure-skip-tls-verify", "true");
        else if (access.Authorities is { } authorities)
            Add("certificate-authority-data", Convert.ToBase64String(Encoding.UTF8.GetBytes(authorities().ExportCertificatePems())));
        if (access.TlsServerName is { } name) Add("tls-server-name", name);
        if (access.Proxy is { } proxy) Add("proxy-url", proxy.ToString());
        return $"""
            apiVersion: v1
            kind: Config
            current-context: {cluster}
            clusters:
            - name: {cluster}
              cluster:{settings}
            users:
            - name: {cluster}
              user:
                token: {token}
            contexts:
            - name: {cluster}
              context:
                cluster: {cluster}
                user: {cluster}

            """;
    }
}
