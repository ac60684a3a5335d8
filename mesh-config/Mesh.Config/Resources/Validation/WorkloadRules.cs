using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Resources.Validation;

/// <summary>Rules of WorkloadEntry and WorkloadGroup.</summary>
/// <remarks>Source: istio pkg/config/validation/validation.go, ValidateWorkloadEntry and ValidateWorkloadGroup; limits of the CRD.</remarks>
internal static class WorkloadRules
{
    private const string Unix = "unix://";
    private const int MaxText = 2048;
    private const int MaxServiceAccount = 253;
    private const int MaxPorts = 128;
    private const int MaxPortName = 63;

    public static bool IsUnix(string address) => address.StartsWith(Unix, StringComparison.Ordinal);

    public static void Entry(WorkloadEntrySpec value, RuleScope at)
    {
        CheckAddress(value, at);
        CheckLimits(value, at);
        CommonRules.Labels(value.Labels, at["labels"]);
        foreach (var name in value.Ports.Keys)
            if (!HostNames.IsDnsLabel(name))
                at["ports"].Key(name).Error($"\"{name}\" is not a DNS label");
    }

    public static void Group(WorkloadGroupSpec value, RuleScope at)
    {
        // Istio leaves the rest of the template to the CRD: it is filled in when a workload registers.
        if (value.Template is { } template)
        {
            CheckLimits(template, at["template"]);
            CommonRules.Labels(template.Labels, at["template"]["labels"]);
        }

        if (value.Metadata is { } metadata) CommonRules.Labels(metadata.Labels, at["metadata"]["labels"]);
        if (value.Probe is { } probe) CheckProbe(probe, at["probe"]);
    }

    private static void CheckAddress(WorkloadEntrySpec value, RuleScope at)
    {
        var address = value.Address;
        if (address.Length == 0)
        {
            if (value.Network.Length == 0) at.Missing("address", "without it at least the network must be known");
            else at.Warning("without an address the workload is reached through a gateway of its network only; add the address if it has one");
        }
        else if (IsUnix(address))
        {
            var path = address[Unix.Length..];
            if (path.Length < 2 || path[0] is not ('/' or '@') || path.EndsWith('/'))
                at["address"].Error($"\"{address}\" must be unix:// with an absolute path, or @ and an abstract name");
            if (!value.Ports.IsEmpty) at["ports"].Error("a unix:// address has no ports; remove them");
        }
        else if (!HostNames.IsAddress(address) && !HostNames.IsFqdn(address))
        {
            at["address"].Error($"\"{address}\" is neither an IP address nor a host name");
        }
    }

    private static void CheckLimits(WorkloadEntrySpec value, RuleScope at)
    {
        if (value.Locality.Length > MaxText) at["locality"].Error($"has more than {MaxText} characters");
        if (value.Network.Length > MaxText) at["network"].Error($"has more than {MaxText} characters");
        if (value.ServiceAccount.Length > MaxServiceAccount) at["serviceAccount"].Error($"has more than {MaxServiceAccount} characters");
        if (value.Ports.Count > MaxPorts) at["ports"].Error($"has more than {MaxPorts} ports");
        foreach (var name in value.Ports.Keys)
            if (name.Length >= MaxPortName)
                at["ports"].Key(name).Error($"the port name must be shorter than {MaxPortName} characters");
    }

    private static void CheckProbe(ReadinessProbe value, RuleScope at)
    {
        NotNegative(value.InitialDelaySeconds, "initialDelaySeconds", at);
        NotNegative(value.TimeoutSeconds, "timeoutSeconds", at);
        NotNegative(value.PeriodSeconds, "periodSeconds", at);
        NotNegative(value.SuccessThreshold, "successThreshold", at);
        NotNegative(value.FailureThreshold, "failureThreshold", at);
        if (value is { HttpGet: null, TcpSocket: null, Exec: null, Grpc: null })
            at.Missing("httpGet, tcpSocket, exec or grpc", "the probe does not say how");
        if (value.HttpGet is { } http)
        {
            if (http.Scheme is not ("" or "HTTP" or "HTTPS")) at["httpGet"]["scheme"].Error($"\"{http.Scheme}\" must be HTTP or HTTPS");
            for (var i = 0; i < http.HttpHeaders.Length; i++)
                if (http.HttpHeaders[i].Name is "" || http.HttpHeaders[i].Name.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-'))
                    at["httpGet"]["httpHeaders"][i]["name"].Error($"\"{http.HttpHeaders[i].Name}\" must have letters, digits and - only");
        }

        if (value.Exec is { Command.IsEmpty: true }) at["exec"].Missing("command", "there is nothing to run");
        // The validator of istiod does not know this method, though its CRD and the agents do.
        if (value.Grpc is not null)
            at["grpc"].Warning("istiod's validation refuses grpc probes; where its webhook is on, use httpGet, tcpSocket or exec");
    }

    private static void NotNegative(int value, string field, RuleScope at)
    {
        if (value < 0) at[field].Error("must be 0 or more");
    }
}
