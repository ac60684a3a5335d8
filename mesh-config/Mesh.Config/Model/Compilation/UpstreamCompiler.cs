using System.Collections.Immutable;
using Mesh.Config.Model.Incremental;

namespace Mesh.Config.Model.Compilation;

/// <summary>Makes of a service port, and a subset of it, what one proxy needs to call it.</summary>
internal sealed class UpstreamCompiler(
    MeshReader reader, TrafficConfig config, ProxyVisibility visibility, ProxyScope scope, MeshModelOptions options)
{
    /// <param name="key">Its host and port have been found; they are looked up again so that it is noted what the result comes from.</param>
    /// <param name="directOnly">As in <see cref="EndpointView.Build"/>.</param>
    /// <param name="pod">First label of the name of one Pod of the service; empty for all.</param>
    public Upstream Compile(UpstreamKey key, bool directOnly, string pod = "")
    {
        var service = ServiceLookup.Find(
            reader.Service, key.Host, directOnly ? visibility.Sees : candidate => visibility.Sees(candidate, key.Port))!;
        var port = service.FindPort(key.Port)!;
        key = key with { Host = service.Host };
        var rule = DestinationRules.Find(config, service, scope, options);
        var policy = PolicyBlocks.Of(rule, key.Port, key.Subset, config.Settings);
        var tls = TrafficPolicies.Compile(policy.Tls);
        if (tls == ClientTlsMode.Auto && !config.Settings.AutoMtls) tls = ClientTlsMode.Disable;
        var clusterLocal = config.ClusterLocal.Contains(service.Host);
        var endpoints = port.Endpoints.Where(endpoint =>
            EndpointFilters.Admits(endpoint, scope, service.Traits, clusterLocal, policy));
        // A subset that no rule defines selects by no labels, as istiod does it.
        if (key.Subset.Length > 0 && rule?.FindSubset(key.Subset) is { } subset)
            endpoints = endpoints.Where(endpoint => LabelMatch.Selects(subset.Labels, endpoint.Labels));
        if (pod.Length > 0) endpoints = PodNames.Select(endpoints, pod, scope);
        var locality = LocalityChoice.Of(policy.LoadBalancer, service.Traits.Distribution, config.Settings);
        var seen = new EndpointView(scope, reader.Gateways).Build(
            endpoints, endpoint => AcceptsMtls(endpoint, tls), locality, hasOutlier: policy.Outlier is not null, directOnly);
        return new Upstream
        {
            Key = pod.Length > 0 ? key with { Host = $"{pod}.{key.Host}" } : key,
            Protocol = port.Info.Protocol,
            // One Pod is one address, known by its name.
            Discovery = pod.Length > 0 ? EndpointDiscovery.Endpoints : DiscoveryOf(service),
            // Behind a gateway nobody could tell one Pod from another.
            Endpoints = pod.Length > 0 ? seen.RemoveAll(endpoint => endpoint.IsGateway) : seen,
            ExpectedIdentities = Identities(service, policy),
            Tls = tls,
            Sni = SniOf(key, tls, policy),
            Policy = TrafficPolicies.Compile(policy, config.Settings) with { ZoneAware = locality.ZoneAware },
            MeshExternal = service.MeshExternal,
        };
    }

    /// <summary>A gateway balances over a headless Service; a sidecar goes where the client wanted to.</summary>
    private EndpointDiscovery DiscoveryOf(CompiledService service) =>
        service.Traits.IsHeadless && scope.Type == ProxyType.Router
            ? EndpointDiscovery.Endpoints
            : service.Traits.Discovery;

    /// <summary>The workload offers it, and neither a rule for the client nor a policy of the workload takes it away.</summary>
    private bool AcceptsMtls(MeshEndpoint endpoint, ClientTlsMode tls)
    {
        if (!endpoint.AcceptsMtls) return false;
        if (tls != ClientTlsMode.Auto) return tls == ClientTlsMode.IstioMutual;
        var mode = PeerAuthentications.ModeOf(
            config, options, endpoint.Namespace, endpoint.Labels, endpoint.Port);
        return mode != MtlsMode.Disable;
    }

    private static ImmutableArray<string> Identities(CompiledService service, PolicyBlocks policy)
    {
        if (policy.Tls is { SubjectAltNames.IsEmpty: false } own) return own.SubjectAltNames;
        if (service.SubjectAltNames.IsEmpty) return service.Identities;
        return
        [
            .. service.Identities.Concat(service.SubjectAltNames)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
    }

    private static string SniOf(UpstreamKey key, ClientTlsMode tls, PolicyBlocks policy)
    {
        if (policy.Tls is { Sni.Length: > 0 } own) return own.Sni;
        // Ordinary TLS to a server that is no mesh proxy needs the name that its certificate has.
        return tls is ClientTlsMode.Simple or ClientTlsMode.Mutual ? key.Host : key.Sni;
    }
}
