using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Mesh.Config.Resources.MeshWide;

namespace Mesh.Config.Resources.Validation;

/// <summary>Rules of the mesh configuration and the mesh networks.</summary>
/// <remarks>Source: istio pkg/config/validation/agent/validation.go, ValidateMeshConfig and ValidateMeshNetworks.</remarks>
internal static class MeshConfigRules
{
    private static readonly TimeSpan MaxConnectTimeout = TimeSpan.FromHours(1);

    public static void Check(MeshConfig value, RuleScope at)
    {
        Port(value.ProxyListenPort, "proxyListenPort", at);
        Port(value.ProxyInboundListenPort, "proxyInboundListenPort", at);
        Port(value.ProxyHttpPort, "proxyHttpPort", at);
        if (value.ConnectTimeout > MaxConnectTimeout) at["connectTimeout"].Error("must be at most 1h");
        if (value.RootNamespace.Length > 0 && !HostNames.IsDnsLabel(value.RootNamespace)) at["rootNamespace"].Error($"\"{value.RootNamespace}\" is not a namespace");
        if (value.TrustDomain.Length > 0 && !IsTrustDomain(value.TrustDomain)) at["trustDomain"].Error($"\"{value.TrustDomain}\" is not a trust domain; use a name like cluster.local");
        for (var i = 0; i < value.TrustDomainAliases.Length; i++)
            if (!IsTrustDomain(value.TrustDomainAliases[i]))
                at["trustDomainAliases"][i].Error($"\"{value.TrustDomainAliases[i]}\" is not a trust domain");
        ExportTo(value.DefaultServiceExportTo, at["defaultServiceExportTo"]);
        ExportTo(value.DefaultVirtualServiceExportTo, at["defaultVirtualServiceExportTo"]);
        ExportTo(value.DefaultDestinationRuleExportTo, at["defaultDestinationRuleExportTo"]);
        if (value.LocalityLbSetting is { } locality) LocalityRules.Check(locality, at["localityLbSetting"]);
        if (value.ZoneAwareLbSetting is { } zone) LocalityRules.CheckZoneAware(zone, at["zoneAwareLbSetting"]);
        if (value.DefaultConfig is { } config) CheckProxy(config, at["defaultConfig"]);
        for (var i = 0; i < value.ServiceSettings.Length; i++)
            for (var j = 0; j < value.ServiceSettings[i].Hosts.Length; j++)
                if (!HostNames.IsWildcardDomain(value.ServiceSettings[i].Hosts[j]))
                    at["serviceSettings"][i]["hosts"][j].Error($"\"{value.ServiceSettings[i].Hosts[j]}\" is not a host name (a wildcard only as first label)");
        CheckProviders(value.ExtensionProviders, at["extensionProviders"]);
    }

    public static void Networks(MeshNetworks value, RuleScope at)
    {
        foreach (var (name, network) in value.Networks)
        {
            var here = at["networks"].Entry(name);
            for (var i = 0; i < network.Endpoints.Length; i++)
            {
                var endpoints = network.Endpoints[i];
                if (endpoints is { FromCidr: null, FromRegistry: null })
                    here["endpoints"][i].Missing("fromCidr or fromRegistry", "say which endpoints the network has");
                if (endpoints.FromCidr is { } range && !IPNetwork.TryParse(range, out _))
                    here["endpoints"][i]["fromCidr"].Error($"\"{range}\" is not a CIDR range");
                if (endpoints.FromRegistry is { } registry && !HostNames.IsDnsLabel(registry))
                    here["endpoints"][i]["fromRegistry"].Error($"\"{registry}\" is not a DNS label, as the id of a cluster must be here");
            }

            for (var i = 0; i < network.Gateways.Length; i++) CheckGateway(network.Gateways[i], here["gateways"][i]);
        }
    }

    private static void CheckGateway(MeshNetworkGateway value, RuleScope at)
    {
        if (value is { Address: null, RegistryServiceName: null }) at.Missing("address or registryServiceName", "say how the network is reached");
        if (value.Address is { } address && !HostNames.IsAddress(address) && !HostNames.IsFqdn(address))
            at["address"].Error($"\"{address}\" is neither an IP address nor a host name");
        if (value.RegistryServiceName is { } service && !HostNames.IsFqdn(service))
            at["registryServiceName"].Error($"\"{service}\" is not the full name of a service");
        if (value.Port is 0 or > 65535)
            at["port"].Error(string.Create(CultureInfo.InvariantCulture, $"port {value.Port} must be between 1 and 65535"));
    }

    private static void Port(int port, string field, RuleScope at)
    {
        if (port is < 0 or > 65535) at[field].Error(string.Create(CultureInfo.InvariantCulture, $"port {port} must be between 1 and 65535"));
    }

    private static bool IsTrustDomain(string name) => name.Split('.').All(label => HostNames.IsDnsLabel(label));

    private static void ExportTo(ImmutableArray<string> targets, RuleScope at)
    {
        for (var i = 0; i < targets.Length; i++)
            if (targets[i] is not ("*" or "." or "~") && !HostNames.IsDnsLabel(targets[i]))
                at[i].Error($"\"{targets[i]}\" is none of *, ., ~ or a namespace");
    }

    private static void CheckProxy(MeshProxyConfig value, RuleScope at)
    {
        Port(value.ProxyAdminPort, "proxyAdminPort", at);
        Port(value.StatusPort, "statusPort", at);
        if (value.Concurrency < 0) at["concurrency"].Error("must be 0 or more");
        if (value.DrainDuration is { } drain && drain.Ticks % TimeSpan.TicksPerSecond != 0) at["drainDuration"].Error("must be whole seconds");
        if (value.DiscoveryAddress.Length > 0 && !IsHostAndPort(value.DiscoveryAddress))
            at["discoveryAddress"].Error($"\"{value.DiscoveryAddress}\" must be host:port");
    }

    private static bool IsHostAndPort(string address)
    {
        var colon = address.LastIndexOf(':');
        if (colon <= 0) return false;
        var host = address[..colon].Trim('[', ']');
        return (HostNames.IsFqdn(host) || HostNames.IsAddress(host))
               && int.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
               && port is > 0 and <= 65535;
    }

    private static void CheckProviders(ImmutableArray<ExtensionProvider> providers, RuleScope at)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < providers.Length; i++)
        {
            if (providers[i].Name.Length == 0) at[i]["name"].Error("the provider name is empty");
            else if (!names.Add(providers[i].Name)) at[i]["name"].Error($"provider \"{providers[i].Name}\" is given twice; rename one");
            if (providers[i].EnvoyExtAuthzHttp is { } http) CheckService(http.Service, at[i]["envoyExtAuthzHttp"]["service"]);
            if (providers[i].EnvoyExtAuthzGrpc is { } grpc) CheckService(grpc.Service, at[i]["envoyExtAuthzGrpc"]["service"]);
        }
    }

    private static void CheckService(string service, RuleScope at)
    {
        var slash = service.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0 && !HostNames.IsDnsLabel(service.AsSpan(0, slash)) || !HostNames.IsFqdn(service[(slash + 1)..]))
            at.Error($"\"{service}\" must be host or namespace/host");
    }
}
