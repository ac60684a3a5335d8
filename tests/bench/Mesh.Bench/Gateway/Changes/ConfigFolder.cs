using System.Globalization;
using System.Text;
using Mesh.Bench.Gateway.Proxies;

namespace Mesh.Bench.Gateway.Changes;

/// <summary>
/// A folder as a repository of configuration has it: one file for each service with its Service, its endpoint and its VirtualService. A
/// route says in a header of the answer which change it is of.
/// </summary>
internal sealed class ConfigFolder
{
    public const string VersionHeader = "x-bench-version";

    private readonly string path;
    private readonly int backend;

    public ConfigFolder(BenchFolder folder, ProxyPorts ports, int services, int backend)
    {
        this.backend = backend;
        path = Path.Combine(folder.Root, "config");
        folder.Write("config/gateways.yaml", MeshGatewayProxy.Gateways(folder, ports));
        for (var service = 0; service < services; service++) Write(service, version: 0);
    }

    public static string HostOf(int service) => string.Create(CultureInfo.InvariantCulture, $"s{service}.example.com");

    /// <summary>Writes the service's file anew, as editors and kubelets do: beside it, then over it.</summary>
    public void Write(int service, int version)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"s{service}");
        var target = Path.Combine(path, $"{name}.yaml");
        File.WriteAllText($"{target}.tmp", $$"""
            {{MeshGatewayProxy.Service(name, backend)}}
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: {{name}}, namespace: bench}
            spec:
              hosts: [{{HostOf(service)}}]
              gateways: [istio-system/edge]
              http:
              - route: [{destination: {host: {{name}}.bench.svc.cluster.local, port: {number: {{BenchFolder.ServicePort}} } } }]
                headers: {response: {set: {{{VersionHeader}}: "{{version}}"} } }
            """, Encoding.UTF8);
        File.Move($"{target}.tmp", target, overwrite: true);
    }
}
