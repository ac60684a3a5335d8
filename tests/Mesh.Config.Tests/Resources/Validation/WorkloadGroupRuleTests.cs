namespace Mesh.Config.Tests.Resources.Validation;

/// <summary>Istio's rules for WorkloadGroups.</summary>
public sealed class WorkloadGroupRuleTests
{
    /// <summary>Rule, severity, text that must be in the message, spec with § before the place.</summary>
    public static TheoryData<string, string, string, string> Rules => new()
    {
        {
            "there is a template",
            RuleCase.Error, "template is missing",
            "§{metadata: {labels: {a: b}}}"
        },
        {
            "labels are labels",
            RuleCase.Error, "\"a b\" is not a label value",
            "{template: {}, metadata: {labels: {a: §a b}}}"
        },
        {
            "times are not negative",
            RuleCase.Error, "periodSeconds: must be 0 or more",
            "{template: {}, probe: {tcpSocket: {port: 80}, periodSeconds: §-1}}"
        },
        {
            "a scheme is HTTP or HTTPS, in capitals",
            RuleCase.Error, "\"http\" must be HTTP or HTTPS",
            "{template: {}, probe: {httpGet: {port: 80, scheme: §http}}}"
        },
        {
            "a probe header has a plain name",
            RuleCase.Error, "must have letters, digits and - only",
            "{template: {}, probe: {httpGet: {port: 80, httpHeaders: [{name: §a_b}]}}}"
        },
        {
            "a command is given",
            RuleCase.Error, "there is nothing to run",
            "{template: {}, probe: {exec: §{command: []}}}"
        },
        {
            "a probe has a method",
            RuleCase.Error, "the probe does not say how",
            "{template: {}, probe: §{periodSeconds: 5}}"
        },
        {
            "istiod's validator does not know grpc probes",
            RuleCase.Warning, "refuses grpc probes",
            "{template: {}, probe: {grpc: §{port: 80}}}"
        },
    };

    public static TheoryData<string, string> Sound => new()
    {
        {
            "a template needs no address",
            "{template: {serviceAccount: a, ports: {http: 80}}}"
        },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_broken_rule_is_named_at_its_place(string rule, string severity, string message, string spec)
    {
        Assert.NotEmpty(rule);
        RuleCase.AssertFinds(severity, message, Text(spec));
    }

    [Theory]
    [MemberData(nameof(Sound))]
    public void What_Istio_accepts_is_accepted(string why, string spec)
    {
        Assert.NotEmpty(why);
        RuleCase.AssertSound(Text(spec));
    }

    private static string Text(string spec) =>
        $"apiVersion: networking.istio.io/v1\nkind: WorkloadGroup\nmetadata: {{name: a, namespace: prod}}\nspec: {spec}\n";
}
