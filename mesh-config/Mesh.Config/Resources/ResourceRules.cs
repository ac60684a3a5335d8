using System.Globalization;
using System.Text.RegularExpressions;
using Mesh.Config.Resources.Core;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Resources.Security;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources;

/// <summary>Istio's validation rules that do not follow from a field's type.</summary>
/// <remarks>Source: istio pkg/config/validation; Kubernetes API conventions for metadata.</remarks>
internal static class ResourceRules
{
    private const int MaxRegexLength = 1024;

    public static void Metadata(ObjectMeta value, YamlValue node, ReadContext context)
    {
        if (value.Name.Length is 0 or > 253)
            Bad(node, "name", "must have 1 to 253 characters", context);
    }

    public static void StringMatch(StringMatch value, YamlValue node, ReadContext context)
    {
        if (value.Regex is { } regex && regex != "*") CheckRegex(regex, node, "regex", context);
    }

    public static void Selector(WorkloadSelector value, YamlValue node, ReadContext context)
    {
        if (value.Labels.IsEmpty)
            context.Warning(node, DiagnosticCodes.BadValue, "a selector without labels selects everything; remove it or add labels");
    }

    public static void VirtualService(VirtualServiceSpec value, YamlValue node, ReadContext context)
    {
        if (value.Http.IsEmpty && value.Tls.IsEmpty && value.Tcp.IsEmpty)
            Missing(node, "http, tls or tcp", "a VirtualService without routes does nothing", context);
        // Without hosts it is a delegate, which only another VirtualService binds.
        if (value.Hosts.IsEmpty && (!value.Gateways.IsEmpty || !value.Tls.IsEmpty || !value.Tcp.IsEmpty))
            Missing(node, "hosts", "only a delegate (http only, no gateways) may leave it out", context);
        var inMesh = value.Gateways.IsEmpty || value.Gateways.Contains("mesh");
        foreach (var host in value.Hosts)
        {
            if (host == "*" && inMesh && !value.Hosts.IsEmpty)
                Bad(node, "hosts", "* is not allowed for gateway mesh; name the hosts or name a gateway", context);
            else if (!HostNames.IsWildcardDomain(host) && !HostNames.IsAddress(host) && !IsSniName(host))
                Bad(node, "hosts", $"\"{host}\" is neither a host name (a wildcard only as first label) nor an IP address", context);
        }

        if (value.Hosts.Distinct(StringComparer.OrdinalIgnoreCase).Count() != value.Hosts.Length)
            Bad(node, "hosts", "a host is listed twice; remove one", context);
    }

    public static void HttpRoute(HttpRouteSpec value, YamlValue node, ReadContext context)
    {
        if (value.Redirect is not null && !value.Route.IsEmpty)
            Bad(node, "redirect", "a rule either redirects or routes; remove redirect or route", context);
        if (value.Redirect is not null && (value.Rewrite is not null || value.Fault is not null))
            Bad(node, "redirect", "a redirect can have neither rewrite nor fault", context);
        if (value.DirectResponse is not null
            && (value.Redirect is not null || !value.Route.IsEmpty || value.Rewrite is not null || value.Fault is not null))
            Bad(node, "directResponse", "excludes route, redirect, rewrite and fault", context);
        if (value.Route.IsEmpty && value.Redirect is null && value.DirectResponse is null && value.Delegate is null)
            Missing(node, "route, redirect or directResponse", "the rule does not say what to do", context);
        if (value.Delegate is not null && (!value.Route.IsEmpty || value.Redirect is not null))
            Bad(node, "delegate", "excludes route and redirect", context);
        if (value.Mirror is not null && !value.Mirrors.IsEmpty)
            Bad(node, "mirror", "use either mirror or mirrors", context);
        if (value.Route.Any(destination => destination.Weight < 0))
            Bad(node, "route", "weights must be 0 or more", context);
        else if (value.Route.Length > 1 && value.Route.All(destination => destination.Weight == 0))
            Bad(node, "route", "the weights of several destinations must not all be 0", context);
    }

    public static void Destination(Destination value, YamlValue node, ReadContext context)
    {
        if (value.Host == "*" || !HostNames.IsWildcardDomain(value.Host) && !HostNames.IsAddress(value.Host))
            Bad(node, "host", $"\"{value.Host}\" is not a host name", context);
        if (value.Subset.Length > 0 && !HostNames.IsDnsLabel(value.Subset))
            Bad(node, "subset", $"\"{value.Subset}\" is not a DNS label", context);
    }

    public static void Redirect(HttpRedirect value, YamlValue node, ReadContext context)
    {
        if (value.RedirectCode is < 300 or > 399)
            Bad(node, "redirectCode", string.Create(CultureInfo.InvariantCulture, $"{value.RedirectCode} is not a 3xx status"), context);
        if (value.Scheme is not ("" or "http" or "https"))
            Bad(node, "scheme", $"\"{value.Scheme}\" must be http or https", context);
        if (value is { Uri: "", PrefixRewrite: "", Authority: "", Scheme: "", Port: null, DerivePort: null, RedirectCode: null })
            Missing(node, "uri, authority, scheme or port", "the redirect leads nowhere", context);
    }

    public static void DirectResponse(HttpDirectResponse value, YamlValue node, ReadContext context)
    {
        if (value.Status is < 200 or > 599)
            Bad(node, "status", string.Create(CultureInfo.InvariantCulture, $"{value.Status} must be between 200 and 599"), context);
        if (value.Body is { } body && (body.Text ?? body.Bytes ?? "").Length > 1 << 20)
            Bad(node, "body", "is larger than 1 MiB", context);
    }

    public static void Retry(HttpRetry value, YamlValue node, ReadContext context)
    {
        if (value.Attempts < 0) Bad(node, "attempts", "must be 0 or more", context);
        if (value.Attempts == 0 && (value.PerTryTimeout is not null || value.RetryOn.Length > 0))
            Bad(node, "attempts", "0 turns retries off; remove the other fields or give a number", context);
        foreach (var token in value.RetryOn.Split(',', StringSplitOptions.RemoveEmptyEntries))
            if (!RetryConditions.IsKnown(token))
                Bad(node, "retryOn", $"\"{token}\" is neither an HTTP status nor one of {string.Join(", ", RetryConditions.Names)}", context);
    }

    public static void Percentage(Percent value, YamlValue node, ReadContext context)
    {
        if (value.Value is < 0 or > 100) Bad(node, "value", "must be between 0 and 100", context);
    }

    public static void DestinationRule(DestinationRuleSpec value, YamlValue node, ReadContext context)
    {
        if (!HostNames.IsWildcardDomain(value.Host))
            Bad(node, "host", $"\"{value.Host}\" is not a host name (a wildcard only as first label)", context);
        foreach (var twice in value.Subsets.GroupBy(subset => subset.Name).Where(group => group.Count() > 1))
            Bad(node, "subsets", $"subset \"{twice.Key}\" is given twice; remove one", context);
    }

    public static void Subset(Subset value, YamlValue node, ReadContext context)
    {
        if (!HostNames.IsDnsLabel(value.Name)) Bad(node, "name", $"\"{value.Name}\" is not a DNS label", context);
    }

    public static void Locality(LocalityLbSetting value, YamlValue node, ReadContext context)
    {
        if (!value.Distribute.IsEmpty && !value.Failover.IsEmpty)
            Bad(node, "distribute", "distribute and failover exclude each other", context);
        foreach (var rule in value.Distribute)
            if (rule.To.Values.Sum(weight => weight) != 100)
                Bad(node, "distribute", $"the shares from \"{rule.From}\" must add up to 100", context);
        foreach (var rule in value.Failover)
            if (rule.From == rule.To || rule.From.Contains('/', StringComparison.Ordinal) || rule.To.Contains('/', StringComparison.Ordinal))
                Bad(node, "failover", "from and to must be two different regions, without zone", context);
    }

    public static void Outlier(OutlierDetection value, YamlValue node, ReadContext context)
    {
        if (value.MaxEjectionPercent is < 0 or > 100) Bad(node, "maxEjectionPercent", "must be between 0 and 100", context);
        if (value.MinHealthPercent is < 0 or > 100) Bad(node, "minHealthPercent", "must be between 0 and 100", context);
        if (value.ConsecutiveErrors != 0)
            context.Warning(node.Find("consecutiveErrors") ?? node, DiagnosticCodes.BadValue,
                "consecutiveErrors is deprecated and has no effect; use consecutive5xxErrors or consecutiveGatewayErrors");
    }

    public static void ServiceEntry(ServiceEntrySpec value, YamlValue node, ReadContext context)
    {
        if (value.Hosts.IsEmpty) Missing(node, "hosts", "a ServiceEntry needs at least one", context);
        foreach (var host in value.Hosts)
            if (host == "*" || !HostNames.IsWildcardDomain(host))
                Bad(node, "hosts", $"\"{host}\" is not a host name (a wildcard only as first label)", context);
        if (value.WorkloadSelector is not null && !value.Endpoints.IsEmpty)
            Bad(node, "workloadSelector", "excludes endpoints; use one of them", context);
        foreach (var address in value.Addresses)
            if (!HostNames.IsAddressOrRange(address))
                Bad(node, "addresses", $"\"{address}\" is neither an IP address nor a CIDR range", context);
        foreach (var twice in value.Ports.GroupBy(port => port.Name).Where(group => group.Count() > 1))
            Bad(node, "ports", $"port name \"{twice.Key}\" is given twice", context);
        foreach (var twice in value.Ports.GroupBy(port => port.Number).Where(group => group.Count() > 1))
            Bad(node, "ports", string.Create(CultureInfo.InvariantCulture, $"port {twice.Key} is given twice"), context);
        if (value.Resolution == ServiceEntryResolution.None && !value.Endpoints.IsEmpty)
            Bad(node, "resolution", "NONE excludes endpoints; use STATIC or DNS", context);
        if (value.Resolution == ServiceEntryResolution.Static)
            foreach (var endpoint in value.Endpoints)
                if (endpoint.Address.Length > 0 && !HostNames.IsAddress(endpoint.Address) && !endpoint.Address.StartsWith("unix://", StringComparison.Ordinal))
                    Bad(node, "endpoints", $"\"{endpoint.Address}\" must be an IP address with resolution STATIC", context);
    }

    public static void ServiceEntryPort(ServiceEntryPort value, YamlValue node, ReadContext context)
    {
        if (!HostNames.IsDnsLabel(value.Name)) Bad(node, "name", $"\"{value.Name}\" is not a DNS label", context);
        if (value.Protocol.Length > 0 && !Protocols.IsKnown(value.Protocol))
            Bad(node, "protocol", $"\"{value.Protocol}\" is not one of {string.Join(", ", Protocols.Names)}", context);
    }

    public static void WorkloadEntry(WorkloadEntrySpec value, YamlValue node, ReadContext context)
    {
        var address = value.Address;
        if (address.StartsWith("unix://", StringComparison.Ordinal))
        {
            if (!value.Ports.IsEmpty) Bad(node, "ports", "a unix:// address has no ports", context);
        }
        else if (address.Length > 0 && !HostNames.IsAddress(address) && !HostNames.IsFqdn(address))
        {
            Bad(node, "address", $"\"{address}\" is neither an IP address nor a host name", context);
        }
    }

    public static void Probe(ReadinessProbe value, YamlValue node, ReadContext context)
    {
        if (value.InitialDelaySeconds < 0 || value.TimeoutSeconds < 0 || value.PeriodSeconds < 0
            || value.SuccessThreshold < 0 || value.FailureThreshold < 0)
            context.Error(node, DiagnosticCodes.BadValue, "times and thresholds must be 0 or more");
        if (value is { HttpGet: null, TcpSocket: null, Exec: null, Grpc: null })
            Missing(node, "httpGet, tcpSocket, exec or grpc", "the probe does not say how", context);
    }

    public static void HttpProbe(HttpHealthCheck value, YamlValue node, ReadContext context)
    {
        if (value.Scheme is not ("" or "HTTP" or "HTTPS"))
            Bad(node, "scheme", $"\"{value.Scheme}\" must be HTTP or HTTPS", context);
    }

    public static void Gateway(GatewaySpec value, YamlValue node, ReadContext context)
    {
        if (value.Servers.IsEmpty) Missing(node, "servers", "a Gateway needs at least one", context);
        foreach (var twice in value.Servers.GroupBy(server => server.Port!.Name).Where(group => group.Count() > 1))
            Bad(node, "servers", $"port name \"{twice.Key}\" is given twice; port names must differ", context);
    }

    public static void GatewayServer(GatewayServerSpec value, YamlValue node, ReadContext context)
    {
        if (value.Hosts.IsEmpty) Missing(node, "hosts", "a server needs at least one", context);
        foreach (var host in value.Hosts)
        {
            var name = host[(host.IndexOf('/', StringComparison.Ordinal) + 1)..];
            if (!HostNames.IsWildcardDomain(name) || name.Length == 0 || !name.Contains('.', StringComparison.Ordinal) && name != "*")
                Bad(node, "hosts", $"\"{host}\" is not a host; write *, a name with a dot, or namespace/name", context);
        }

        if (value.Bind.Length > 0 && !HostNames.IsAddress(value.Bind) && !value.Bind.StartsWith("unix://", StringComparison.Ordinal))
            Bad(node, "bind", $"\"{value.Bind}\" is not an IP address", context);
        var protocol = Protocols.Parse(value.Port!.Protocol);
        if (protocol is null)
        {
            Bad(node, "port", $"protocol \"{value.Port.Protocol}\" is not one of {string.Join(", ", Protocols.Names)}", context);
            return;
        }

        var isTls = protocol is Model.ServiceProtocol.Https or Model.ServiceProtocol.Tls;
        if (isTls && value.Tls is null)
            Missing(node, "tls", $"protocol {value.Port.Protocol} needs it", context);
        if (!isTls && value.Tls is { } tls && tls != new ServerTlsSettings { HttpsRedirect = tls.HttpsRedirect })
            Bad(node, "tls", $"protocol {value.Port.Protocol} allows only httpsRedirect; use HTTPS or TLS", context);
    }

    public static void ServerTls(ServerTlsSettings value, YamlValue node, ReadContext context)
    {
        var hasCredential = value.CredentialName.Length > 0 || !value.CredentialNames.IsEmpty || !value.TlsCertificates.IsEmpty;
        var hasFiles = value.ServerCertificate.Length > 0 && value.PrivateKey.Length > 0;
        switch (value.Mode)
        {
            case ServerTlsMode.IstioMutual when hasCredential || value.ServerCertificate.Length + value.PrivateKey.Length + value.CaCertificates.Length > 0:
                Bad(node, "mode", "ISTIO_MUTUAL uses the workload certificate; remove the certificate fields", context);
                break;
            case ServerTlsMode.Simple or ServerTlsMode.Mutual or ServerTlsMode.OptionalMutual when !hasCredential && !hasFiles:
                Missing(node, "credentialName or serverCertificate and privateKey", "the server has no certificate", context);
                break;
            case ServerTlsMode.Mutual or ServerTlsMode.OptionalMutual when !hasCredential && value.CaCertificates.Length == 0:
                Missing(node, "caCertificates", "client certificates cannot be checked without it", context);
                break;
        }
    }

    public static void PeerAuthentication(PeerAuthenticationSpec value, YamlValue node, ReadContext context)
    {
        if (!value.PortLevelMtls.IsEmpty && (value.Selector?.MatchLabels.IsEmpty ?? true))
            Bad(node, "portLevelMtls", "needs a selector with labels", context);
    }

    public static void Service(ServiceSpec value, YamlValue node, ReadContext context)
    {
        if (value.Ports.Length > 1 && value.Ports.Any(port => port.Name.Length == 0))
            Bad(node, "ports", "with several ports each needs a name", context);
        foreach (var twice in value.Ports.Where(port => port.Name.Length > 0).GroupBy(port => port.Name).Where(group => group.Count() > 1))
            Bad(node, "ports", $"port name \"{twice.Key}\" is given twice", context);
    }

    private static void CheckRegex(string regex, YamlValue node, string field, ReadContext context)
    {
        if (regex.Length is 0 or > MaxRegexLength)
        {
            Bad(node, field, $"must have 1 to {MaxRegexLength} characters", context);
            return;
        }

        try
        {
            // The engine that will run it: no back-references, no look-around, like RE2.
            _ = new Regex(regex, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            Bad(node, field, $"\"{regex}\" is not a regular expression of RE2's kind: {e.Message}", context);
        }
    }

    private static bool IsSniName(string host) => Model.UpstreamKey.TryParseSni(host, out _);

    private static void Bad(YamlValue node, string field, string message, ReadContext context) =>
        context.Error(node.Find(field) ?? node, DiagnosticCodes.BadValue, $"{field}: {message}");

    private static void Missing(YamlValue node, string field, string why, ReadContext context) =>
        context.Error(node, DiagnosticCodes.MissingField, $"{field} is missing; {why}");
}
