using Mesh.Config.Diagnostics;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Model.Compilation;

/// <summary>What a DestinationRule asks for and is not done yet; said once, never silently dropped.</summary>
internal static class DestinationRuleFindings
{
    public static void Collect(DestinationRule rule, List<Diagnostic> found)
    {
        var policies = new[] { rule.Spec.TrafficPolicy }.Concat(rule.Spec.Subsets.Select(subset => subset.TrafficPolicy)).OfType<TrafficPolicySpec>();
        foreach (var name in policies.SelectMany(OfPolicy).Distinct(StringComparer.Ordinal))
            found.Add(new Diagnostic(
                Severity.Warning, "NotHonouredYet", $"trafficPolicy.{name} is not honoured by the data plane yet", rule.Location, rule.Subject));
    }

    private static IEnumerable<string> OfPolicy(TrafficPolicySpec policy)
    {
        var own = Asked(
            ("tunnel", policy.Tunnel is not null),
            ("proxyProtocol", policy.ProxyProtocol is not null),
            ("retryBudget.budgetInterval", policy.RetryBudget?.BudgetInterval is not null));
        return own
            .Concat(OfBlocks(policy.LoadBalancer, policy.OutlierDetection, policy.Tls))
            .Concat(policy.PortLevelSettings.SelectMany(
                port => OfBlocks(port.LoadBalancer, port.OutlierDetection, port.Tls)));
    }

    private static IEnumerable<string> OfBlocks(
        LoadBalancerSettings? balancer, OutlierDetection? outlier, ClientTlsSettings? tls) => Asked(
        ("loadBalancer.zoneAwareLbSetting", balancer?.ZoneAwareLbSetting is not null),
        ("loadBalancer.backendUtilization", balancer?.BackendUtilization is not null),
        ("loadBalancer.consistentHash.httpCookie.attributes", balancer?.ConsistentHash?.HttpCookie is { Attributes.IsEmpty: false }),
        ("outlierDetection.outlierDetectionHttpErrorCodes", outlier is { OutlierDetectionHttpErrorCodes.IsEmpty: false }),
        ("tls.mode MUTUAL (calls are refused)", tls is { Mode: ClientTlsSettingsMode.Mutual }),
        ("tls.clientCertificate", tls is { ClientCertificate.Length: > 0 }),
        ("tls.privateKey", tls is { PrivateKey.Length: > 0 }),
        ("tls.caCertificates (servers are verified by the roots of the system)", tls is { CaCertificates.Length: > 0 }),
        ("tls.caCrl", tls is { CaCrl.Length: > 0 }),
        ("tls.credentialName", tls is { CredentialName.Length: > 0 }),
        ("tls.subjectAltNames with mode SIMPLE", tls is { Mode: ClientTlsSettingsMode.Simple, SubjectAltNames.IsEmpty: false }),
        ("tls.insecureSkipVerify (servers are verified)", tls?.InsecureSkipVerify == true));

    private static IEnumerable<string> Asked(params (string Name, bool IsAsked)[] fields) =>
        fields.Where(field => field.IsAsked).Select(field => field.Name);
}
