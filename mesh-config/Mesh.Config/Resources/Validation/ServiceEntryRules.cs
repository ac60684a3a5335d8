using System.Globalization;
using Mesh.Config.Model;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Validation;

/// <summary>Rules of a ServiceEntry.</summary>
/// <remarks>Source: istio pkg/config/validation/validation.go, ValidateServiceEntry; limits of the CRD.</remarks>
internal static class ServiceEntryRules
{
    private const int MaxHosts = 256;
    private const int MaxAddresses = 256;
    private const int MaxPorts = 256;
    private const int MaxEndpoints = 4096;
    private const string AutoAllocate = "networking.istio.io/enable-autoallocate-ip";

    public static void Check(ServiceEntry value, RuleScope root)
    {
        var (spec, at) = (value.Spec, root["spec"]);
        CheckHosts(spec, at);
        CheckAddresses(spec, at["addresses"]);
        CheckPorts(spec, at["ports"]);
        if (spec.Endpoints.Length > MaxEndpoints) at["endpoints"].Error($"has more than {MaxEndpoints} endpoints; use workloadSelector");
        if (spec.WorkloadSelector is { } selector)
        {
            CommonRules.Selector(selector.Labels, at["workloadSelector"], "labels");
            if (!spec.Endpoints.IsEmpty) at["workloadSelector"].Error("excludes endpoints; use one of them");
        }

        CommonRules.ExportTo(spec.ExportTo, value.Metadata.Namespace, allowNone: true, at["exportTo"]);
        for (var i = 0; i < spec.Endpoints.Length; i++) CheckEndpoint(spec.Endpoints[i], spec, at["endpoints"][i]);
        CheckResolution(spec, at);
        var autoAllocates = !value.Metadata.Labels.TryGetValue(AutoAllocate, out var flag) || flag != "false";
        if (!spec.Addresses.IsEmpty || autoAllocates) return;
        for (var i = 0; i < spec.Ports.Length; i++)
            if (spec.Ports[i].Protocol.Length == 0 || Protocols.Parse(spec.Ports[i].Protocol) == ServiceProtocol.Tcp)
                at["ports"][i].Warning($"TCP needs an address to be told apart; add addresses or remove the label {AutoAllocate}: \"false\"");
    }

    private static void CheckHosts(ServiceEntrySpec spec, RuleScope at)
    {
        if (spec.Hosts.IsEmpty) at.Missing("hosts", "a ServiceEntry needs at least one");
        if (spec.Hosts.Length > MaxHosts) at["hosts"].Error($"has more than {MaxHosts} hosts; use several ServiceEntries");
        for (var i = 0; i < spec.Hosts.Length; i++)
        {
            var host = spec.Hosts[i];
            if (host == "*" || !HostNames.IsWildcardDomain(host))
                at["hosts"][i].Error($"\"{host}\" is not a host name (a wildcard only as first label)");
            else if (HostNames.IsPartialWildcard(host) && spec.Resolution != ServiceEntryResolution.DynamicDns)
                at["hosts"][i].Warning($"partial wildcard \"{host}\" may not match as expected; use *. followed by a domain");
        }
    }

    private static void CheckAddresses(ServiceEntrySpec spec, RuleScope at)
    {
        if (spec.Addresses.Length > MaxAddresses) at.Error($"has more than {MaxAddresses} addresses; use several ServiceEntries");
        for (var i = 0; i < spec.Addresses.Length; i++)
        {
            var address = spec.Addresses[i];
            if (!HostNames.IsAddressOrRange(address))
                at[i].Error($"\"{address}\" is neither an IP address nor a CIDR range");
            else if (address.Contains('/', StringComparison.Ordinal) && spec.Resolution is not (ServiceEntryResolution.None or ServiceEntryResolution.Static))
                at[i].Error($"range \"{address}\" is possible with resolution NONE or STATIC only");
        }
    }

    private static void CheckPorts(ServiceEntrySpec spec, RuleScope at)
    {
        if (spec.Ports.Length > MaxPorts) at.Error($"has more than {MaxPorts} ports; use several ServiceEntries");
        var names = new HashSet<string>(StringComparer.Ordinal);
        var numbers = new HashSet<int>();
        for (var i = 0; i < spec.Ports.Length; i++)
        {
            var port = spec.Ports[i];
            if (!HostNames.IsDnsLabel(port.Name)) at[i]["name"].Error($"\"{port.Name}\" is not a DNS label");
            else if (!names.Add(port.Name)) at[i]["name"].Error($"port name \"{port.Name}\" is given twice; rename one");
            if (!numbers.Add(port.Number))
                at[i]["number"].Error(string.Create(CultureInfo.InvariantCulture, $"port {port.Number} is given twice; remove one"));
            if (port.Protocol.Length > 0 && !Protocols.IsKnown(port.Protocol))
                at[i]["protocol"].Error($"\"{port.Protocol}\" is not one of {string.Join(", ", Protocols.Names)}");
        }
    }

    private static void CheckEndpoint(WorkloadEntrySpec endpoint, ServiceEntrySpec spec, RuleScope at)
    {
        WorkloadRules.Entry(endpoint, at);
        foreach (var name in endpoint.Ports.Keys)
            if (!spec.Ports.Any(port => port.Name == name))
                at["ports"].Key(name).Error($"the ServiceEntry has no port named \"{name}\"; add it to its ports or remove it here");
    }

    private static void CheckResolution(ServiceEntrySpec spec, RuleScope at)
    {
        switch (spec.Resolution)
        {
            case ServiceEntryResolution.None:
                if (!spec.Endpoints.IsEmpty) at["endpoints"].Error("resolution NONE goes to the address the caller used; use STATIC or DNS for endpoints");
                if (spec.WorkloadSelector is not null)
                    at["workloadSelector"].Warning("has no effect with resolution NONE; use STATIC", DiagnosticCodes.NoEffect);
                break;
            case ServiceEntryResolution.Static:
                CheckStatic(spec, at);
                break;
            case ServiceEntryResolution.Dns or ServiceEntryResolution.DnsRoundRobin:
                CheckDns(spec, at);
                break;
            case ServiceEntryResolution.DynamicDns:
                CheckDynamic(spec, at);
                break;
        }

        if (spec.Resolution == ServiceEntryResolution.None || spec.Hosts.Length < 2) return;
        for (var i = 0; i < spec.Ports.Length; i++)
            if (!IsHttp(spec.Ports[i]) && !IsTls(spec.Ports[i]))
                at["hosts"].Error($"with several hosts each port needs a protocol that names the host (HTTP or TLS); port {spec.Ports[i].Name} has none");
    }

    private static void CheckStatic(ServiceEntrySpec spec, RuleScope at)
    {
        for (var i = 0; i < spec.Endpoints.Length; i++)
        {
            var address = spec.Endpoints[i].Address;
            if (WorkloadRules.IsUnix(address))
            {
                if (spec.Ports.Length != 1) at["endpoints"][i]["address"].Error("a socket path needs a ServiceEntry with exactly one port");
            }
            else if (address.Length > 0 && !HostNames.IsAddress(address))
            {
                at["endpoints"][i]["address"].Error($"\"{address}\" must be an IP address with resolution STATIC; use DNS for names");
            }
        }
    }

    private static void CheckDns(ServiceEntrySpec spec, RuleScope at)
    {
        if (spec.Endpoints.IsEmpty)
        {
            for (var i = 0; i < spec.Hosts.Length; i++)
                if (!HostNames.IsFqdn(spec.Hosts[i]))
                    at["hosts"][i].Error($"\"{spec.Hosts[i]}\" cannot be resolved; name the host or give endpoints");
        }

        if (spec.Resolution == ServiceEntryResolution.DnsRoundRobin && spec.Endpoints.Length > 1)
            at["endpoints"].Error("DNS_ROUND_ROBIN takes one endpoint at most; use DNS for several");
        for (var i = 0; i < spec.Endpoints.Length; i++)
            if (WorkloadRules.IsUnix(spec.Endpoints[i].Address))
                at["endpoints"][i]["address"].Error("a socket path needs resolution STATIC");
        if (!spec.Addresses.IsEmpty && spec.Hosts.Length > 1 && spec.Ports.Any(port => Protocols.Parse(port.Protocol) == ServiceProtocol.Tcp))
            at["addresses"].Warning("several hosts share these addresses, so TCP connections cannot be told apart; use one host");
    }

    private static void CheckDynamic(ServiceEntrySpec spec, RuleScope at)
    {
        for (var i = 0; i < spec.Hosts.Length; i++)
            if (!spec.Hosts[i].StartsWith('*'))
                at["hosts"][i].Error($"\"{spec.Hosts[i]}\" has no wildcard; DYNAMIC_DNS is for wildcards, use DNS");
        if (!spec.Addresses.IsEmpty) at["addresses"].Error("DYNAMIC_DNS takes no addresses; remove them");
        if (!spec.Endpoints.IsEmpty) at["endpoints"].Error("DYNAMIC_DNS takes no endpoints; remove them");
        for (var i = 0; i < spec.Ports.Length; i++)
            if (Protocols.Parse(spec.Ports[i].Protocol) is not (ServiceProtocol.Http or ServiceProtocol.Http2 or ServiceProtocol.Grpc or ServiceProtocol.Tls))
                at["ports"][i]["protocol"].Error("DYNAMIC_DNS needs HTTP, HTTP2, GRPC or TLS");
    }

    private static bool IsHttp(ServiceEntryPort port) => Protocols.Parse(port.Protocol)
        is ServiceProtocol.Http or ServiceProtocol.Http2 or ServiceProtocol.HttpProxy or ServiceProtocol.Grpc or ServiceProtocol.GrpcWeb;

    private static bool IsTls(ServiceEntryPort port) => Protocols.Parse(port.Protocol) is ServiceProtocol.Https or ServiceProtocol.Tls;
}
