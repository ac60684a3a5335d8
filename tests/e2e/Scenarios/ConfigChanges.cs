using System.Text;

namespace Mesh.EndToEnd.Scenarios;

/// <summary>Configuration changes while calls go on.</summary>
internal static class ConfigChanges
{
    private const string Added = "added.yaml";

    public static Scenario UnderLoad { get; } = new(
        "config-change",
        "Routes, policies, listeners and endpoints change, and a file breaks and is repaired: nobody notices.",
        async (play, token) =>
        {
            var folder = Path.Combine(play.Rig.Mesh.Layout.Config, "eks-a");
            var policies = Path.Combine(folder, "istio-payments.yaml");
            var cluster = Path.Combine(folder, "eks-a-cluster.yaml");
            var (route, endpoints) = (await File.ReadAllTextAsync(policies, token), await File.ReadAllTextAsync(cluster, token));
            for (var round = 0; round < (play.IsShort ? 2 : 8); round++)
            {
                await ChangeAsync("other timeouts, retries and balancing", policies, route
                    .Replace("timeout: 15s", "timeout: 14s", StringComparison.Ordinal)
                    .Replace("attempts: 3", "attempts: 4", StringComparison.Ordinal)
                    .Replace("connectTimeout: 1s", "connectTimeout: 900ms", StringComparison.Ordinal)
                    .Replace("LEAST_REQUEST", "ROUND_ROBIN", StringComparison.Ordinal));
                await ChangeAsync("another listener, service and route", Path.Combine(folder, Added), More);
                await ChangeAsync("a broken file", policies, route[..(route.Length / 2)] + "\n  : : [");
                await ChangeAsync("the file as it was", policies, route);
                await ChangeAsync("payments-a not ready", cluster, endpoints.Replace("ready: true", "ready: false", StringComparison.Ordinal));
                await ChangeAsync("payments-a ready", cluster, endpoints);
                File.Delete(Path.Combine(folder, Added));
                play.Note("listener, service and route removed");
                await play.Load.MoreAsync(5, token);
            }

            async Task ChangeAsync(string what, string path, string text)
            {
                var fresh = path + ".tmp";
                await File.WriteAllTextAsync(fresh, text, new UTF8Encoding(false), token);
                File.Move(fresh, path, overwrite: true);
                play.Note(what);
                await play.Load.MoreAsync(5, token);
            }
        });

    private const string More = """
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: another, namespace: istio-system}
        spec:
          selector: {istio: ingressgateway}
          servers:
          - port: {number: 8088, name: http, protocol: HTTP}
            hosts: ["*"]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: another, namespace: prod}
        spec:
          selector: {app: payments}
          ports:
          - {name: http, port: 8080, targetPort: 8080}
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: another, namespace: prod}
        spec:
          hosts: [another.example.com]
          gateways: [istio-system/another, istio-system/edge]
          http:
          - route:
            - destination: {host: another.prod.svc.cluster.local}
        """;
}
