using System.Globalization;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Validation;

/// <summary>Rules of a DestinationRule.</summary>
/// <remarks>Source: istio pkg/config/validation/validation.go, ValidateDestinationRule and pkg/config/validation/agent.</remarks>
internal static class DestinationRuleRules
{
    private const uint MaxMaglevTable = 5_000_011;

    public static void Check(DestinationRule value, RuleScope root)
    {
        var (spec, space, at) = (value.Spec, value.Metadata.Namespace, root["spec"]);
        if (!HostNames.IsWildcardDomain(spec.Host)) at["host"].Error($"\"{spec.Host}\" is not a host name (a wildcard only as first label)");
        if (spec.TrafficPolicy is { } policy) CheckPolicy(policy, space, at["trafficPolicy"]);
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < spec.Subsets.Length; i++)
        {
            var subset = spec.Subsets[i];
            if (!HostNames.IsDnsLabel(subset.Name)) at["subsets"][i]["name"].Error($"\"{subset.Name}\" is not a DNS label");
            else if (!names.Add(subset.Name)) at["subsets"][i]["name"].Error($"subset \"{subset.Name}\" is given twice; remove one");
            CommonRules.Labels(subset.Labels, at["subsets"][i]["labels"]);
            if (subset.TrafficPolicy is { } own) CheckPolicy(own, space, at["subsets"][i]["trafficPolicy"]);
        }

        CommonRules.ExportTo(spec.ExportTo, space, allowNone: false, at["exportTo"]);
        if (spec.WorkloadSelector is not { } selector) return;
        CommonRules.Selector(selector.MatchLabels, at["workloadSelector"], "matchLabels");
        if (spec.ExportTo.Any(target => target != "." && target != space))
            at["exportTo"].Error("a rule with workloadSelector holds in its own namespace only; write [.] or remove exportTo");
    }

    public static void ConnectionPool(ConnectionPoolSettings value, RuleScope at)
    {
        if (value is { Tcp: null, Http: null }) at.Missing("tcp or http", "the connection pool limits nothing");
        if (value.Tcp is { MaxConnections: < 0 }) at["tcp"]["maxConnections"].Error("must be 0 or more");
        if (value.Http is not { } http) return;
        NotNegative(http.Http1MaxPendingRequests, "http1MaxPendingRequests", at["http"]);
        NotNegative(http.Http2MaxRequests, "http2MaxRequests", at["http"]);
        NotNegative(http.MaxRequestsPerConnection, "maxRequestsPerConnection", at["http"]);
        NotNegative(http.MaxRetries, "maxRetries", at["http"]);
        NotNegative(http.MaxConcurrentStreams, "maxConcurrentStreams", at["http"]);
        if (http is { H2UpgradePolicy: H2UpgradePolicy.Upgrade, UseClientProtocol: true })
            at["http"]["useClientProtocol"].Error("contradicts h2UpgradePolicy UPGRADE; remove one");
        if (http.Http2KeepAlive is { } alive && (alive.Interval is null || alive.Timeout is null))
            at["http"]["http2KeepAlive"].Missing(alive.Interval is null ? "interval" : "timeout", "keep-alive needs both");
    }

    public static void Outlier(OutlierDetection value, RuleScope at)
    {
        if (value.MaxEjectionPercent is < 0 or > 100) at["maxEjectionPercent"].Error("must be between 0 and 100");
        if (value.MinHealthPercent is < 0 or > 100) at["minHealthPercent"].Error("must be between 0 and 100");
        if (value is { ConsecutiveLocalOriginFailures: > 0, SplitExternalLocalOriginErrors: false })
            at["consecutiveLocalOriginFailures"].Error("needs splitExternalLocalOriginErrors: true");
        for (var i = 0; i < value.OutlierDetectionHttpErrorCodes.Length; i++)
            if (value.OutlierDetectionHttpErrorCodes[i] is < 100 or > 599)
                at["outlierDetectionHttpErrorCodes"][i].Error("must be an HTTP status from 100 to 599");
        if (value.ConsecutiveErrors != 0)
            at["consecutiveErrors"].Warning(
                "consecutiveErrors is deprecated and has no effect; use consecutive5xxErrors or consecutiveGatewayErrors", DiagnosticCodes.Deprecated);
    }

    private static void CheckPolicy(TrafficPolicySpec value, string space, RuleScope at)
    {
        if (value is
            {
                LoadBalancer: null, ConnectionPool: null, OutlierDetection: null, Tls: null, PortLevelSettings.IsEmpty: true,
                Tunnel: null, ProxyProtocol: null, RetryBudget: null,
            })
            at.Error("the traffic policy has no settings; add some or remove it");
        if (value is { Tunnel: not null, ProxyProtocol: not null }) at["proxyProtocol"].Error("excludes tunnel; remove one");
        CheckBlocks(value.LoadBalancer, value.ConnectionPool, value.OutlierDetection, value.Tls, space, at);
        if (value.Tunnel is { } tunnel) CheckTunnel(tunnel, at["tunnel"]);
        for (var i = 0; i < value.PortLevelSettings.Length; i++)
        {
            var port = value.PortLevelSettings[i];
            var here = at["portLevelSettings"][i];
            if (port.Port is not { Number: > 0 }) here["port"].Missing("number", "port-level settings need the port of the service");
            if (port is { LoadBalancer: null, ConnectionPool: null, OutlierDetection: null, Tls: null })
                here.Error("the port has no settings; add some or remove it");
            CheckBlocks(port.LoadBalancer, port.ConnectionPool, port.OutlierDetection, port.Tls, space, here);
        }
    }

    private static void CheckBlocks(
        LoadBalancerSettings? balancer, ConnectionPoolSettings? pool, OutlierDetection? outlier, ClientTlsSettings? tls, string space, RuleScope at)
    {
        if (pool is not null) ConnectionPool(pool, at["connectionPool"]);
        if (outlier is not null) Outlier(outlier, at["outlierDetection"]);
        if (tls is not null) CheckTls(tls, space, at["tls"]);
        if (balancer is null) return;
        var here = at["loadBalancer"];
        if (balancer.ConsistentHash is { } hash) CheckHash(hash, here["consistentHash"]);
        if (balancer.Warmup is { } warmup) CheckWarmup(warmup, here["warmup"]);
        if (balancer.LocalityLbSetting is { } locality)
        {
            LocalityRules.Check(locality, here["localityLbSetting"]);
            LocalityRules.NeedsOutlier(locality.Failover, locality.FailoverPriority, outlier, here["localityLbSetting"]);
        }

        if (balancer.ZoneAwareLbSetting is not { } zone) return;
        LocalityRules.CheckZoneAware(zone, here["zoneAwareLbSetting"]);
        LocalityRules.NeedsOutlier(zone.Failover, zone.FailoverPriority, outlier, here["zoneAwareLbSetting"]);
    }

    private static void NotNegative(int value, string field, RuleScope at)
    {
        if (value < 0) at[field].Error("must be 0 or more");
    }

    private static void CheckHash(ConsistentHashSettings value, RuleScope at)
    {
        if (value.HttpCookie is { } cookie)
        {
            if (cookie.Name.Length == 0) at["httpCookie"].Missing("name", "the cookie needs one");
            var names = new HashSet<string>(StringComparer.Ordinal);
            for (var i = 0; i < cookie.Attributes.Length; i++)
            {
                var name = cookie.Attributes[i].Name;
                if (name.Length == 0) at["httpCookie"]["attributes"][i].Missing("name", "the attribute needs one");
                else if (!names.Add(name)) at["httpCookie"]["attributes"][i]["name"].Error($"attribute \"{name}\" is given twice; remove one");
            }
        }

        if (value.MinimumRingSize is not null)
        {
            if (value.RingHash is not null || value.Maglev is not null) at["minimumRingSize"].Error("excludes ringHash and maglev; use ringHash.minimumRingSize");
            else at["minimumRingSize"].Warning("minimumRingSize is deprecated; use ringHash.minimumRingSize", DiagnosticCodes.Deprecated);
        }

        if (value.Maglev?.TableSize is not { } size) return;
        if (size is 0 or >= MaxMaglevTable || !IsPrime(size))
            at["maglev"]["tableSize"].Error(string.Create(CultureInfo.InvariantCulture, $"{size} must be a prime number below {MaxMaglevTable}"));
    }

    private static bool IsPrime(uint value)
    {
        if (value < 2) return false;
        for (var divisor = 2u; divisor * divisor <= value; divisor++)
            if (value % divisor == 0)
                return false;
        return true;
    }

    private static void CheckWarmup(WarmupConfiguration value, RuleScope at)
    {
        if (value.Duration is null) at.Missing("duration", "the warm-up needs one");
        if (value.MinimumPercent is < 0 or > 100) at["minimumPercent"].Error("must be between 0 and 100");
        if (value.Aggression is <= 0) at["aggression"].Error("must be more than 0");
    }

    private static void CheckTls(ClientTlsSettings value, string space, RuleScope at)
    {
        var hasFiles = value.ClientCertificate.Length + value.PrivateKey.Length + value.CaCertificates.Length + value.CaCrl.Length > 0;
        var hasCredential = value.CredentialName.Length > 0;
        if (value.Mode is ClientTlsSettingsMode.Simple or ClientTlsSettingsMode.Mutual && hasCredential && hasFiles)
            at["credentialName"].Error("excludes clientCertificate, privateKey, caCertificates and caCrl; use the credential or files");
        if (value.Mode == ClientTlsSettingsMode.Mutual && !hasCredential)
        {
            if (value.ClientCertificate.Length == 0) at.Missing("clientCertificate", "MUTUAL needs a client certificate or credentialName");
            if (value.PrivateKey.Length == 0) at.Missing("privateKey", "MUTUAL needs a private key or credentialName");
        }

        if (value.InsecureSkipVerify == true)
        {
            if (value.CaCertificates.Length > 0 || !value.SubjectAltNames.IsEmpty)
                at["insecureSkipVerify"].Error("contradicts caCertificates and subjectAltNames; remove them or verify");
            if (value.Mode == ClientTlsSettingsMode.Simple && hasCredential)
                at["insecureSkipVerify"].Error("contradicts credentialName, which only verifies with SIMPLE; remove one");
        }

        const string scheme = "configmap://";
        if (!value.CredentialName.StartsWith(scheme, StringComparison.Ordinal)) return;
        var slash = value.CredentialName.IndexOf('/', scheme.Length);
        if (slash >= 0 && value.CredentialName[scheme.Length..slash] != space)
            at["credentialName"].Error($"the ConfigMap must be in the rule's own namespace {space}");
    }

    private static void CheckTunnel(TunnelSettings value, RuleScope at)
    {
        if (value.Protocol is not ("" or "CONNECT" or "POST")) at["protocol"].Error($"\"{value.Protocol}\" must be CONNECT or POST");
        if (!HostNames.IsFqdn(value.TargetHost) && !HostNames.IsAddress(value.TargetHost))
            at["targetHost"].Error($"\"{value.TargetHost}\" is neither a host name nor an IP address");
    }
}
