using Mesh.FakeKube.Tests.Support;

namespace Mesh.FakeKube.Tests.Foreign;

/// <summary>A foreign client does everyday work: what kubectl makes of the answers is what they are worth.</summary>
public sealed class KubectlTests(KubectlFixture fixture)
{
    private readonly Kubectl kubectl = fixture.Kubectl;
    private readonly string space = "t" + Guid.NewGuid().ToString("N")[..8];

    [Fact]
    public async Task Client_side_apply_creates_leaves_alone_and_configures()
    {
        await NamespaceAsync();
        var objects = Objects();

        Assert.Equal(
            ["service/payments created", "virtualservice.networking.istio.io/payments created", "gateway.networking.istio.io/edge created"],
            Lines(await kubectl.ApplyAsync(objects)));
        Assert.All(Lines(await kubectl.ApplyAsync(objects)), line => Assert.EndsWith(" unchanged", line, StringComparison.Ordinal));
        var changed = objects.Replace("port: 9090", "port: 9091", StringComparison.Ordinal);
        Assert.Equal("service/payments configured", Lines(await kubectl.ApplyAsync(changed))[0]);
        Assert.Equal("8080 9091", await kubectl.RunAsync("get", "svc", "payments", "-n", space, "-o", "jsonpath={.spec.ports[*].port}"));
    }

    [Fact]
    public async Task Server_side_apply_tells_of_conflicts_and_forces()
    {
        await NamespaceAsync();
        await kubectl.ApplyAsync(Objects(), "--server-side", "--field-manager=one");
        var other = Objects().Replace("hosts: [payments]", "hosts: [other]", StringComparison.Ordinal);

        var (code, _, errors) = await kubectl.TryAsync(other, "apply", "-f", "-", "--server-side", "--field-manager=two");
        var forced = await kubectl.ApplyAsync(other, "--server-side", "--field-manager=two", "--force-conflicts");

        Assert.NotEqual(0, code);
        Assert.Contains("conflict with \"one\": .spec.hosts", errors, StringComparison.Ordinal);
        Assert.Contains("virtualservice.networking.istio.io/payments serverside-applied", forced, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_prints_tables_and_documents_and_selects()
    {
        await NamespaceAsync();
        await kubectl.ApplyAsync(Objects());

        var table = Lines(await kubectl.RunAsync("get", "svc", "-n", space));
        Assert.Matches(@"^NAME\s+TYPE\s+CLUSTER-IP\s+EXTERNAL-IP\s+PORT\(S\)\s+AGE$", table[0]);
        Assert.Matches(@"^payments\s+ClusterIP\s+10\.[0-9.]+\s+<none>\s+8080/TCP,9090/TCP\s+\d+s$", table[1]);
        Assert.Contains("hosts:\n  - payments\n", await kubectl.RunAsync("get", "vs", "payments", "-n", space, "-o", "yaml"), StringComparison.Ordinal);
        Assert.Equal("service/payments", (await kubectl.RunAsync("get", "svc", "-n", space, "-l", "app=payments", "-o", "name")).Trim());
        Assert.Equal("", (await kubectl.RunAsync("get", "svc", "-n", space, "-l", "app=other", "-o", "name")).Trim());
        Assert.Equal(
            "service/payments",
            (await kubectl.RunAsync("get", "svc", "-n", space, "--field-selector", "metadata.name=payments", "-o", "name")).Trim());
        Assert.Contains(space, await kubectl.RunAsync("get", "virtualservices.v1beta1.networking.istio.io", "-A"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Patch_knows_its_three_types()
    {
        await NamespaceAsync();
        await kubectl.ApplyAsync(Objects());

        await kubectl.RunAsync("patch", "svc", "payments", "-n", space, "--type", "json", "-p", """[{"op":"replace","path":"/spec/ports/0/targetPort","value":81}]""");
        await kubectl.RunAsync("patch", "svc", "payments", "-n", space, "--type", "merge", "-p", """{"metadata":{"labels":{"x":"y"}}}""");
        await kubectl.RunAsync("patch", "svc", "payments", "-n", space, "-p", """{"spec":{"ports":[{"port":9090,"name":"renamed"}]}}""");

        var service = await kubectl.JsonAsync("get", "svc", "payments", "-n", space);
        Assert.Equal("y", service["metadata"]!["labels"]!["x"]!.GetValue<string>());
        Assert.Equal(81, service["spec"]!["ports"]![0]!["targetPort"]!.GetValue<int>());
        Assert.Equal("renamed", service["spec"]!["ports"]![1]!["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task Watch_prints_changes_as_they_come()
    {
        await NamespaceAsync();
        await kubectl.ApplyAsync(Objects());
        using var watch = kubectl.Start("get", "vs", "-n", space, "-w", "--output-watch-events", "-o", "custom-columns=T:.type,N:.object.metadata.name", "--no-headers");
        try
        {
            Assert.Matches(@"^ADDED\s+payments", await LineAsync(watch));
            await kubectl.RunAsync("label", "vs", "payments", "-n", space, "x=y");
            Assert.Matches(@"^MODIFIED\s+payments", await LineAsync(watch));
            await kubectl.RunAsync("delete", "vs", "payments", "-n", space);
            Assert.Matches(@"^DELETED\s+payments", await LineAsync(watch));
        }
        finally
        {
            watch.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task Delete_waits_until_things_are_gone()
    {
        await NamespaceAsync();
        await kubectl.ApplyAsync(Objects());

        Assert.Contains("deleted", await kubectl.RunAsync("delete", "svc", "payments", "-n", space), StringComparison.Ordinal);

        var (code, _, errors) = await kubectl.TryAsync("", "get", "svc", "payments", "-n", space);
        Assert.NotEqual(0, code);
        Assert.Contains("Error from server (NotFound): services \"payments\" not found", errors, StringComparison.Ordinal);
        if (!fixture.IsReal) await kubectl.RunAsync("delete", "namespace", space);
    }

    [Fact]
    public async Task Roles_tokens_and_questions_about_access_work_together()
    {
        await NamespaceAsync();
        await kubectl.RunAsync("create", "serviceaccount", "bob", "-n", space);
        await kubectl.RunAsync("create", "clusterrole", space, "--verb=get,list", "--resource=services");
        await kubectl.RunAsync("create", "clusterrolebinding", space, "--clusterrole=" + space, $"--serviceaccount={space}:bob");
        var token = (await kubectl.RunAsync("create", "token", "bob", "-n", space, "--duration", "20m")).Trim();
        await kubectl.ApplyAsync(Objects());

        Assert.Equal("service/payments", (await kubectl.RunAsync("get", "svc", "-n", space, "-o", "name", "--token", token)).Trim());
        Assert.Equal("yes", (await kubectl.RunAsync("auth", "can-i", "list", "services", "--token", token)).Trim());
        var (_, no, _) = await kubectl.TryAsync("", "auth", "can-i", "list", "secrets", "--token", token);
        Assert.Equal("no", no.Trim());
        Assert.Contains($"system:serviceaccount:{space}:bob", await kubectl.RunAsync("auth", "whoami", "--token", token), StringComparison.Ordinal);
        var (_, _, errors) = await kubectl.TryAsync("", "delete", "svc", "payments", "-n", space, "--token", token);
        Assert.Contains(
            $"services \"payments\" is forbidden: User \"system:serviceaccount:{space}:bob\" cannot delete resource \"services\" in API group \"\" in the namespace \"{space}\"",
            errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_misspelt_field_is_refused_and_a_dry_run_creates_nothing()
    {
        await NamespaceAsync();

        var (code, _, errors) = await kubectl.TryAsync(
            $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"{{{space}}}"},"dat":{"a":"b"}}""", "apply", "-f", "-");
        await kubectl.RunAsync("create", "configmap", "c", "-n", space, "--from-literal=a=b", "--dry-run=server");

        Assert.NotEqual(0, code);
        Assert.Contains("unknown field \"dat\"", errors, StringComparison.Ordinal);
        Assert.NotEqual(0, (await kubectl.TryAsync("", "get", "configmap", "c", "-n", space)).Code);
    }

    [Fact]
    public async Task Explain_and_api_resources_know_the_kinds()
    {
        await kubectl.NeededAsync();
        var resources = await kubectl.RunAsync("api-resources", "-o", "name");

        Assert.Contains("virtualservices.networking.istio.io\n", resources, StringComparison.Ordinal);
        Assert.Contains("gateways.gateway.networking.k8s.io\n", resources, StringComparison.Ordinal);
        Assert.Contains("VirtualService", await kubectl.RunAsync("explain", "virtualservice"), StringComparison.Ordinal);
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static async Task<string> LineAsync(System.Diagnostics.Process process)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Wait.Limit);
        return await process.StandardOutput.ReadLineAsync(limit.Token) ?? "";
    }

    private async Task NamespaceAsync()
    {
        await kubectl.NeededAsync();
        await kubectl.RunAsync("create", "namespace", space);
    }

    private string Objects() => $$$"""
        apiVersion: v1
        kind: Service
        metadata: {name: payments, namespace: {{{space}}}, labels: {app: payments}}
        spec:
          selector: {app: payments}
          ports: [{name: http, port: 8080}, {name: grpc, port: 9090}]
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: payments, namespace: {{{space}}}}
        spec:
          hosts: [payments]
          http: [{route: [{destination: {host: payments}}]}]
        ---
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: edge, namespace: {{{space}}}}
        spec: {selector: {istio: ingress}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]}
        """;
}
