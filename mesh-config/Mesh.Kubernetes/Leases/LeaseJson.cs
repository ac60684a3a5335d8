using System.Globalization;
using System.Text.Json.Nodes;
using Mesh.Config.Yaml;

namespace Mesh.Kubernetes.Leases;

/// <summary>Lease objects as the API has them.</summary>
internal static class LeaseJson
{
    /// <param name="label">Key of a label with the value <c>true</c>; empty for none.</param>
    public static string Write(string space, string name, string label, LeaseRecord record)
    {
        var metadata = new JsonObject { ["name"] = name, ["namespace"] = space };
        if (label.Length > 0) metadata["labels"] = new JsonObject { [label] = "true" };
        if (record.ResourceVersion.Length > 0) metadata["resourceVersion"] = record.ResourceVersion;
        var spec = new JsonObject
        {
            ["holderIdentity"] = record.Holder,
            ["leaseDurationSeconds"] = (int)Math.Ceiling(record.Duration.TotalSeconds),
            ["leaseTransitions"] = record.Transitions,
        };
        if (record.AcquiredAt is { } acquired) spec["acquireTime"] = Text(acquired);
        if (record.RenewedAt is { } renewed) spec["renewTime"] = Text(renewed);
        return new JsonObject { ["apiVersion"] = "coordination.k8s.io/v1", ["kind"] = "Lease", ["metadata"] = metadata, ["spec"] = spec }.ToJsonString();
    }

    public static LeaseRecord Read(YamlValue lease)
    {
        var spec = lease.Find("spec");
        return new LeaseRecord(
            spec?.Find("holderIdentity")?.Text ?? "", TimeSpan.FromSeconds(Number(spec?.Find("leaseDurationSeconds"))), Time(spec?.Find("acquireTime")),
            Time(spec?.Find("renewTime")), Number(spec?.Find("leaseTransitions")), lease.Find("metadata")?.Find("resourceVersion")?.Text ?? "");
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static int Number(YamlValue? value) =>
        int.TryParse(value?.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static DateTimeOffset? Time(YamlValue? value) =>
        DateTimeOffset.TryParse(value?.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
