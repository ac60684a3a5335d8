using Mesh.Config.Model;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Model;

/// <summary>Services that select WorkloadEntries and ServiceEntries that select Pods: how VMs and Pods stand for one another.</summary>
public sealed class WorkloadSelectionTests
{
    private const string Entry = "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: web, namespace: prod}, spec: {hosts: [web.example.com], location: MESH_INTERNAL, resolution: STATIC, workloadSelector: {labels: {app: web}}, ports: [{number: 80, name: http, protocol: HTTP, targetPort: 8080}]}}\n---\n";
    private const string Service = "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: prod}, spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: PORT}]}}\n---\n";

    [Fact]
    public void A_ServiceEntry_selects_Pods_and_WorkloadEntries_of_its_namespace_in_all_clusters()
    {
        var view = TestMesh.Load(
                ("c1", Entry + Pod("a", "10.0.0.1") + Vm("a", "10.9.0.1")),
                ("c2", Pod("b", "10.1.0.1") + Vm("b", "10.9.1.1") + Pod("c", "10.1.0.2", space: "shop") + Pod("d", "10.1.0.3", label: "db") + Vm("d", "10.9.1.3", label: "db")))
            .ViewFrom(new ProxyScope { Cluster = "c1", Namespace = "prod" });

        Assert.Equal(["10.0.0.1:8080", "10.1.0.1:8080", "10.9.0.1:8080", "10.9.1.1:8080"], Addresses(view, "web.example.com"));
        Assert.Equal(
            ["spiffe://cluster.local/ns/prod/sa/pod", "spiffe://cluster.local/ns/prod/sa/vm"],
            view.FindUpstream(new UpstreamKey("web.example.com", 80))!.ExpectedIdentities);
    }

    [Theory]
    [InlineData("status: {podIP: 10.0.0.1, conditions: [{type: Ready, status: \"True\"}]}", true)]
    [InlineData("status: {podIP: 10.0.0.1, conditions: [{type: Ready, status: \"False\"}]}", false)]
    [InlineData("status: {podIP: \"\"}", false)]
    public void A_Pod_counts_for_a_ServiceEntry_while_it_is_ready(string status, bool counts)
    {
        var text = Entry + Pod("a", "10.0.0.1").Replace("status: {podIP: 10.0.0.1}", status, StringComparison.Ordinal);

        Assert.Equal(counts, Addresses(View(text), "web.example.com").Length == 1);
    }

    [Fact]
    public void A_Pod_that_is_being_deleted_does_not_count()
    {
        var text = Entry + Pod("a", "10.0.0.1").Replace("name: a,", "name: a, deletionTimestamp: \"2026-01-01T00:00:00Z\",", StringComparison.Ordinal);

        Assert.Empty(Addresses(View(text), "web.example.com"));
    }

    [Fact]
    public void A_Service_selects_Pods_and_WorkloadEntries_of_its_own_cluster()
    {
        var view = TestMesh.Load(
                ("c1", Service.Replace("PORT", "8080", StringComparison.Ordinal) + Pod("a", "10.0.0.1") + Vm("a", "10.9.0.1")),
                ("c2", Pod("b", "10.1.0.1") + Vm("b", "10.9.1.1")))
            .ViewFrom(new ProxyScope { Cluster = "c1", Namespace = "prod" });

        Assert.Equal(["10.0.0.1:8080", "10.9.0.1:8080"], Addresses(view, "web.prod.svc.cluster.local"));
    }

    [Theory]
    [InlineData("8080", "", "10.9.0.1:8080")]
    [InlineData("8080", "ports: {http: 9999}, ", "10.9.0.1:9999")]
    [InlineData("web", "ports: {web: 9998}, ", "10.9.0.1:9998")]
    [InlineData("web", "ports: {http: 9999}, ", "")]
    public void The_port_of_a_selected_WorkloadEntry_is_its_own_by_name_else_the_target_port(string target, string ports, string expected)
    {
        var text = Service.Replace("PORT", target, StringComparison.Ordinal) + Vm("a", "10.9.0.1").Replace("spec: {", "spec: {" + ports, StringComparison.Ordinal);

        Assert.Equal(expected, string.Join(' ', Addresses(View(text), "web.prod.svc.cluster.local")));
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData("true", "", false)]
    [InlineData("true", "False", false)]
    [InlineData("true", "True", true)]
    [InlineData("false", "False", true)]
    public void A_WorkloadEntry_with_health_checks_counts_once_it_was_reported_healthy(string enabled, string healthy, bool counts)
    {
        var vm = Vm("a", "10.9.0.1");
        if (enabled.Length > 0) vm = vm.Replace("name: a,", $"name: a, annotations: {{proxy.istio.io/health-checks-enabled: \"{enabled}\"}},", StringComparison.Ordinal);
        if (healthy.Length > 0) vm = vm.Replace("spec: {", $"status: {{conditions: [{{type: Healthy, status: \"{healthy}\"}}]}}, spec: {{", StringComparison.Ordinal);

        Assert.Equal(counts, Addresses(View(Entry + vm), "web.example.com").Length == 1);
        Assert.Equal(counts, Addresses(View(Service.Replace("PORT", "80", StringComparison.Ordinal) + vm), "web.prod.svc.cluster.local").Length == 1);
    }

    private static string[] Addresses(MeshView view, string host) =>
        [.. view.FindUpstream(new UpstreamKey(host, 80))!.Endpoints.Select(endpoint => $"{endpoint.Address}:{endpoint.Port}")];

    private static MeshView View(string text) => TestMesh.Load(("c", text)).ViewFrom(new ProxyScope { Cluster = "c", Namespace = "prod" });

    private static string Pod(string name, string address, string space = "prod", string label = "web") =>
        $"{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: {space}, labels: {{app: {label}}}}}, spec: {{serviceAccountName: pod}}, status: {{podIP: {address}}}}}\n---\n";

    private static string Vm(string name, string address, string label = "web") =>
        $"{{apiVersion: networking.istio.io/v1, kind: WorkloadEntry, metadata: {{name: {name}, namespace: prod}}, spec: {{address: {address}, labels: {{app: {label}}}, serviceAccount: vm}}}}\n---\n";
}
