using Mesh.Config.Resources.Core;
using Mesh.Config.Resources.Networking;
using Mesh.Kubernetes.Tests.Support;

namespace Mesh.Kubernetes.Tests.Sources;

public sealed class KubeMeshSourceTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Objects_are_listed_and_then_followed(bool streamsLists)
    {
        await using var mesh = new TestMesh();
        mesh.Own.StreamsLists = streamsLists;
        foreach (var name in new[] { "a", "b", "c" }) mesh.Own.Put(Yaml.Service(name, "10.0.0.1"));
        mesh.Start();
        await mesh.Synced();
        Assert.Equal(["10.0.0.1"], mesh.Endpoints("c"));

        mesh.Own.Put(Yaml.Service("c", "10.0.0.2"));
        await mesh.Eventually(() => mesh.Endpoints("c") is ["10.0.0.2"], "the change arrives");
        mesh.Own.Delete("Service", "prod", "a");
        await mesh.Eventually(() => mesh.Endpoints("a") is [], "the deletion arrives");
    }

    [Fact]
    public async Task Nothing_is_served_before_all_kinds_are_known()
    {
        await using var mesh = new TestMesh();
        mesh.Own.Put(Yaml.Service("a", "10.0.0.1"));
        mesh.Own.ForbiddenKinds.Add("WorkloadEntry");
        mesh.Start();

        await mesh.Eventually(() => mesh.Has("KubeForbidden"), "the refusal is told");
        Assert.False(mesh.Model.Current.Synced);
        Assert.Empty(mesh.Model.Current.Objects<Service>());

        mesh.Own.ForbiddenKinds.Clear();
        await mesh.Synced();
        Assert.Equal(["10.0.0.1"], mesh.Endpoints("a"));
        await mesh.Eventually(() => !mesh.Has("KubeForbidden"), "the refusal is over");
    }

    [Fact]
    public async Task A_kind_that_stays_refused_is_left_out_after_a_while_and_told()
    {
        await using var mesh = new TestMesh();
        mesh.Own.Put(Yaml.Service("a", "10.0.0.1"));
        mesh.Own.ForbiddenKinds.Add("WorkloadEntry");
        var start = mesh.Time.GetUtcNow();
        mesh.Start();

        await mesh.Eventually(() => mesh.Model.Current.Synced, "the rest is served", TimeSpan.FromSeconds(1));
        Assert.True(mesh.Time.GetUtcNow() - start >= mesh.Options.RefusalGrace);
        Assert.True(mesh.Has("KubeForbidden"));
        Assert.Equal(["10.0.0.1"], mesh.Endpoints("a"));

        mesh.Own.Put("{apiVersion: networking.istio.io/v1, kind: WorkloadEntry, metadata: {name: vm, namespace: prod}, spec: {address: 10.0.0.9}}");
        mesh.Own.ForbiddenKinds.Clear();
        await mesh.Eventually(() => mesh.Knows<WorkloadEntry>("vm") && !mesh.Has("KubeForbidden"), "it is read once it may be", TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_cluster_whose_policies_may_not_be_read_is_not_served()
    {
        await using var mesh = new TestMesh();
        mesh.Own.Put(Yaml.Service("a", "10.0.0.1"));
        mesh.Own.ForbiddenKinds.Add("AuthorizationPolicy");
        mesh.Start();
        await mesh.Eventually(() => mesh.Has("KubeForbidden"), "the refusal is told");

        await mesh.Pass(TimeSpan.FromSeconds(200));

        Assert.False(mesh.Model.Current.Synced);
        Assert.Empty(mesh.Model.Current.Objects<Service>());
    }

    [Fact]
    public async Task A_broken_watch_goes_on_where_it_was_without_listing_again()
    {
        await using var mesh = new TestMesh();
        mesh.Own.Put(Yaml.Service("a", "10.0.0.1"));
        mesh.Start();
        await mesh.Synced();
        var lists = mesh.Own.Listed.Count;

        mesh.Own.GoDown();
        mesh.Own.Put(Yaml.Service("b", "10.0.0.2"));
        await mesh.Eventually(() => mesh.Has("KubeUnreachable"), "the loss is told");
        Assert.Equal(["10.0.0.1"], mesh.Endpoints("a"));
        mesh.Own.ComeBack();

        await mesh.Eventually(() => mesh.Endpoints("b") is ["10.0.0.2"], "what happened meanwhile arrives");
        Assert.Equal(lists, mesh.Own.Listed.Count);
    }

    [Fact]
    public async Task Where_the_server_forgot_the_place_a_new_list_takes_over_without_a_gap()
    {
        await using var mesh = new TestMesh();
        mesh.Own.Put(Yaml.Service("a", "10.0.0.1"));
        mesh.Own.Put(Yaml.Service("b", "10.0.0.2"));
        mesh.Start();
        await mesh.Synced();
        var gaps = 0;
        mesh.Model.Published += _ => gaps += mesh.Endpoints("a") is ["10.0.0.1"] ? 0 : 1;

        mesh.Own.GoDown();
        mesh.Own.Delete("Service", "prod", "b");
        mesh.Own.Put(Yaml.Service("c", "10.0.0.3"));
        mesh.Own.Forget();
        mesh.Own.ComeBack();

        await mesh.Eventually(() => mesh.Endpoints("c") is ["10.0.0.3"] && mesh.Endpoints("b") is [], "the new list is in force");
        Assert.Equal(0, gaps);
    }

    [Fact]
    public async Task Events_that_come_twice_and_late_change_nothing()
    {
        await using var mesh = new TestMesh();
        mesh.Own.RepeatsEvents = true;
        mesh.Start();
        await mesh.Synced();

        mesh.Own.Put(Yaml.Service("a", "10.0.0.1"));
        mesh.Own.Put(Yaml.Service("a", "10.0.0.2"));
        mesh.Own.Delete("Service", "prod", "a");
        mesh.Own.Put(Yaml.Service("a", "10.0.0.3"));
        mesh.Own.Put(Yaml.Service("b", "10.0.0.4"));

        await mesh.Eventually(() => mesh.Endpoints("b").Length > 0 && mesh.Endpoints("a") is ["10.0.0.3"], "the last events arrive");
        mesh.Own.Delete("Service", "prod", "a");
        mesh.Own.Put(Yaml.Service("c", "10.0.0.5"));
        await mesh.Eventually(() => mesh.Endpoints("c").Length > 0 && mesh.Endpoints("a") is [], "a repeated event does not bring back what is gone");
    }

    [Fact]
    public async Task Kinds_that_the_cluster_does_not_have_are_read_once_it_has_them()
    {
        await using var mesh = new TestMesh();
        mesh.Own.MissingKinds.Add("VirtualService");
        mesh.Start();
        await mesh.Synced();
        await mesh.Eventually(() => mesh.Has("KindMissing"), "the missing kind is told");

        mesh.Own.MissingKinds.Clear();
        mesh.Own.Put("""
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: v, namespace: prod}
            spec: {hosts: [a], http: [{route: [{destination: {host: a}}]}]}
            """);

        await mesh.Eventually(() => mesh.Knows<VirtualService>("v"), "the kind is picked up", TimeSpan.FromSeconds(1));
        await mesh.Eventually(() => !mesh.Has("KindMissing"), "the finding goes");
    }

    [Fact]
    public async Task An_api_server_that_starts_without_its_custom_kinds_takes_nothing_away()
    {
        await using var mesh = new TestMesh();
        mesh.Own.Put("""
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: vm, namespace: prod}
            spec: {address: 10.0.0.9}
            """);
        mesh.Start();
        await mesh.Synced();

        mesh.Own.MissingKinds.Add("WorkloadEntry");
        mesh.Own.BreakConnections();
        await mesh.Eventually(() => mesh.Has("KindMissing"), "the missing kind is told", TimeSpan.FromMilliseconds(20));
        Assert.True(mesh.Knows<WorkloadEntry>("vm"));

        await mesh.Eventually(() => !mesh.Knows<WorkloadEntry>("vm"), "a kind that stays away takes its objects along", TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_silent_cluster_is_served_on_as_stale_and_goes_only_after_the_limit()
    {
        await using var mesh = new TestMesh();
        mesh.Options = mesh.Options with { StaleAfter = TimeSpan.FromMinutes(1), StaleLimit = TimeSpan.FromHours(1) };
        mesh.Own.Put(Yaml.Service("a", "10.0.0.1"));
        mesh.Start();
        await mesh.Synced();
        var start = mesh.Time.GetUtcNow();

        mesh.Own.GoDown();
        await mesh.Eventually(() => mesh.Has("ClusterStale"), "staleness is told", TimeSpan.FromSeconds(1));
        Assert.True(mesh.Source.IsStale);
        Assert.Equal(["10.0.0.1"], mesh.Endpoints("a"));
        await mesh.Eventually(() => mesh.Endpoints("a") is [], "the limit passes", TimeSpan.FromMinutes(1));
        Assert.True(mesh.Time.GetUtcNow() - start >= TimeSpan.FromMinutes(59));
        Assert.True(mesh.Model.Current.Synced);

        mesh.Own.ComeBack();
        await mesh.Eventually(() => mesh.Endpoints("a") is ["10.0.0.1"] && !mesh.Source.IsStale, "it is back without a change in it", TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Only_the_secrets_that_gateways_name_are_read()
    {
        await using var mesh = new TestMesh();
        mesh.Options = mesh.Options with { CredentialNamespace = "edge" };
        foreach (var name in new[] { "shop-cert", "other" })
            mesh.Own.Put($"{{apiVersion: v1, kind: Secret, metadata: {{name: {name}, namespace: edge}}, data: {{tls.crt: YQ==}}}}");
        mesh.Own.Put("""
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: g, namespace: prod}
            spec:
              selector: {istio: ingressgateway}
              servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: ["*"], tls: {mode: SIMPLE, credentialName: shop-cert}}]
            """);
        mesh.Start();
        await mesh.Synced();

        Assert.True(mesh.Knows<Secret>("shop-cert"));
        Assert.False(mesh.Knows<Secret>("other"));
        Assert.DoesNotContain("secrets", mesh.Own.Listed);

        mesh.Own.Delete("Gateway", "prod", "g");
        await mesh.Eventually(() => !mesh.Knows<Secret>("shop-cert"), "the Secret is forgotten with its Gateway");
    }
}
