namespace Mesh.Kubernetes.Tests.Support;

/// <summary>Objects for tests.</summary>
internal static class Yaml
{
    /// <summary>A Service with one endpoint.</summary>
    public static string Service(string name, string address, string space = "prod") => $$$$"""
        apiVersion: v1
        kind: Service
        metadata: {name: {{{{name}}}}, namespace: {{{{space}}}}}
        spec: {ports: [{name: http, port: 80}]}
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: {{{{name}}}}-1, namespace: {{{{space}}}}, labels: {kubernetes.io/service-name: {{{{name}}}} }}
        addressType: IPv4
        endpoints: [{addresses: ["{{{{address}}}}"], conditions: {ready: true}}]
        ports: [{name: http, port: 8080}]
        """;

    /// <summary>A Secret of remote clusters: for each cluster the port of its API server.</summary>
    public static string RemoteSecret(string name, params (string Cluster, int Port)[] clusters)
    {
        var data = clusters.Select(cluster => $"{cluster.Cluster}: {TestCertificates.Base64(Kubeconfig(cluster.Port))}");
        return $$$$"""
            apiVersion: v1
            kind: Secret
            metadata: {name: {{{{name}}}}, namespace: istio-system, labels: {istio/multiCluster: "true"}}
            data: { {{{{string.Join(", ", data)}}}} }
            """;
    }

    public static string Kubeconfig(int port, string user = "{token: t}") => $$$$"""
        current-context: here
        clusters: [{name: c, cluster: {server: "https://127.0.0.1:{{{{port}}}}"}}]
        contexts: [{name: here, context: {cluster: c, user: u}}]
        users: [{name: u, user: {{{{user}}}} }]
        """;
}
