namespace Mesh.VmAgent.Tests.Proxy;

/// <summary>One agent for all questions of <see cref="AuthorizationTests"/>.</summary>
public sealed class GuardedHttp : IAsyncLifetime
{
    internal GuardedWorkload Workload { get; private set; } = null!;

    private static string Policies(GuardedWorkload workload) => string.Concat(
        GuardedWorkload.Policy("callers", """{selector: {matchLabels: {app: echo}}, rules: [{from: [{source: {principals: [cluster.local/ns/prod/sa/caller]}}], to: [{operation: {methods: [GET], paths: [/open*, "/items/{*}"]}}]}]}"""),
        GuardedWorkload.Policy("by-header", """{rules: [{to: [{operation: {methods: [POST]}}], when: [{key: "request.headers[x-team]", values: [red*]}]}]}"""),
        GuardedWorkload.Policy("by-host", """{rules: [{to: [{operation: {hosts: ["ADMIN.example:*", admin.example]}}], from: [{source: {serviceAccounts: [admin]}}]}]}"""),
        GuardedWorkload.Policy("by-place", """{rules: [{to: [{operation: {paths: [/from-here]}}], from: [{source: {ipBlocks: [127.0.0.0/8]}}]}, {to: [{operation: {paths: [/from-afar]}}], from: [{source: {remoteIpBlocks: [203.0.113.0/24]}}]}]}"""),
        GuardedWorkload.Policy("by-sni", """{rules: [{to: [{operation: {paths: [/sni]}}], when: [{key: connection.sni, values: ["outbound_.9080_*"]}]}]}"""),
        GuardedWorkload.Policy("by-port", $$$"""{rules: [{to: [{operation: {paths: [/port], ports: ["{{{workload.Ports.Http}}}"]}}]}, {to: [{operation: {paths: [/other-port], ports: ["{{{AgentMesh.HttpPort}}}"]}}]}]}"""),
        GuardedWorkload.Policy("mesh-wide", """{rules: [{to: [{operation: {paths: [/mesh-wide]}}]}]}""", "istio-system"),
        GuardedWorkload.Policy("other-workload", """{selector: {matchLabels: {app: other}}, rules: [{to: [{operation: {paths: [/not-ours]}}]}]}"""),
        GuardedWorkload.Policy("secrets", """{action: DENY, rules: [{to: [{operation: {paths: ["*/secret"]}}], from: [{source: {notPrincipals: [cluster.local/ns/prod/sa/admin]}}]}]}"""),
        GuardedWorkload.Policy("watched", """{action: AUDIT, rules: [{}]}"""));

    public async ValueTask InitializeAsync() => Workload = await GuardedWorkload.StartAsync(Policies);

    public ValueTask DisposeAsync() => Workload.DisposeAsync();
}
