namespace Mesh.VmAgent.Tests.Bundle;

/// <summary>A bundle of a machine of the group <c>echo</c> in the form istioctl writes.</summary>
internal static class SampleBundle
{
    public const string ClusterEnv = """
        CANONICAL_REVISION='v1'
        ISTIO_INBOUND_PORTS='9080'
        ISTIO_METAJSON_LABELS='{"app":"echo","topology.istio.io/locality":"r1.z1"}'
        ISTIO_META_AUTO_REGISTER_GROUP='echo'
        ISTIO_META_CLUSTER_ID='c1'
        ISTIO_META_NETWORK='n1'
        ISTIO_NAMESPACE='prod'
        ISTIO_SERVICE='echo.prod'
        ISTIO_SVC_IP='127.0.0.1'
        POD_NAMESPACE='prod'
        SERVICE_ACCOUNT='echo'
        TRUST_DOMAIN='cluster.local'

        """;

    public const string MeshConfig = """
        defaultConfig:
          discoveryAddress: istiod.istio-system.svc:15012
          meshId: mesh
          proxyMetadata:
            ISTIO_META_CLUSTER_ID: c1
            SERVICE_ACCOUNT: echo
          readinessProbe:
            httpGet:
              path: /healthz
              port: 9080
            periodSeconds: 5

        """;

    public const string Root = "-----BEGIN CERTIFICATE-----\nnot read before it is used\n-----END CERTIFICATE-----\n";

    public static void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "cluster.env"), ClusterEnv);
        File.WriteAllText(Path.Combine(folder, "mesh.yaml"), MeshConfig);
        File.WriteAllText(Path.Combine(folder, "root-cert.pem"), Root);
        File.WriteAllText(Path.Combine(folder, "istio-token"), "token");
        File.WriteAllText(Path.Combine(folder, "hosts"), "127.0.0.1 istiod.istio-system.svc\n");
        File.WriteAllText(Path.Combine(folder, "agent.yaml"), "source: [file:/etc/mesh@c1]\n");
    }

    /// <summary>The same files where Istio's package has them.</summary>
    public static void WriteIstioPlaces(string root)
    {
        foreach (var (path, text) in new[]
            {
                ("var/lib/istio/envoy/cluster.env", ClusterEnv), ("etc/istio/config/mesh", MeshConfig), ("etc/certs/root-cert.pem", Root),
                ("var/run/secrets/tokens/istio-token", "token"), ("etc/mesh-agent/agent.yaml", "source: file:/etc/mesh@c1\n"),
            })
            Place(root, path, text);
    }

    public static string Place(string root, string path, string text)
    {
        var full = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return full;
    }
}
