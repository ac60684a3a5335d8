using Mesh.Config.Model;
using Mesh.DataPlane.Identity;
using Mesh.DataPlane.Telemetry;
using Mesh.DataPlane.Upstreams;
using Mesh.Gateway.Hosting;
using Mesh.Gateway.Tls;
using Mesh.Hosting.Health;

namespace Mesh.Gateway.Admin;

/// <summary>Reads the state of a running gateway for <c>/snapshot</c>.</summary>
internal sealed class StatusReader(
    string name, GatewayRuntime runtime, Readiness readiness, IWorkloadIdentity identity, CertificateStore certificates, IEndpointHealth health,
    ObservabilityFollower observability)
{
    public StatusSnapshot Read() => new()
    {
        Name = name,
        Identity = identity.Current?.Id.ToString(),
        CertificateExpires = identity.Current?.NotAfter,
        Version = runtime.Current?.Version ?? 0,
        NotReady = readiness.Missing,
        Certificates = certificates.Status,
        Roles = [.. runtime.Roles.Select(Read)],
        Diagnostics = [.. (runtime.Current?.Diagnostics ?? []).Concat(observability.Findings).Select(diagnostic => diagnostic.ToString())],
    };

    private RoleStatus Read(RoleRuntime role) => new()
    {
        Role = role.Role.ToString(),
        Listeners = role.Listeners.Bound,
        Problems = role.Listeners.Problems,
        Upstreams = [.. role.Directory.View?.Upstreams.Select(upstream => Read(upstream, role.Balancer.States.Of(upstream))) ?? []],
    };

    private UpstreamStatus Read(Upstream upstream, UpstreamState state) => new()
    {
        Name = upstream.Key.ClusterName,
        Protocol = upstream.Protocol.ToString(),
        ExpectedIdentities = upstream.ExpectedIdentities,
        Endpoints = [.. upstream.Endpoints.Select(endpoint => Read(endpoint, state.Of(endpoint)))],
    };

    private EndpointStatus Read(ProxyEndpoint endpoint, EndpointState state) => new()
    {
        Address = EndpointId.Of(endpoint).ToString(),
        Network = endpoint.Network,
        Locality = endpoint.Locality.ToString(),
        Priority = endpoint.Priority,
        Weight = endpoint.Weight,
        Health = endpoint.Health.ToString(),
        Tls = endpoint.Tls.ToString(),
        Via = endpoint.ViaNetwork,
        ActiveRequests = state.Active,
        EjectedUntil = state.EjectedUntil,
        ProbedDown = health.IsDown(endpoint),
    };
}
