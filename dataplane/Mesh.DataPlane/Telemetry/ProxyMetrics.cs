using System.Diagnostics;
using Mesh.Config.Diagnostics;
using Mesh.Config.Model;
using Mesh.DataPlane.Identity;
using Mesh.Hosting.Health;
using Mesh.Hosting.Metrics;
using Mesh.Hosting.Settings;

namespace Mesh.DataPlane.Telemetry;

/// <summary>The state of a proxy itself: ready or not, how old its configuration, how long its certificate is valid, what it uses.</summary>
/// <param name="snapshot">Null before the first.</param>
public sealed class ProxyMetrics(
    IReadiness readiness, IWorkloadIdentity identity, Func<MeshSnapshot?> snapshot, Func<long> linesLost, TimeProvider time) : IMetricSource
{
    private const string Counter = "counter";
    private const string Gauge = "gauge";

    private readonly DateTimeOffset started = time.GetUtcNow();
    private readonly Lock gate = new();
    private MeshSnapshot? seen;
    private DateTimeOffset seenAt;

    public void Write(MetricsText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text.Family("istio_build", Gauge, "Version of this proxy.");
        text.Sample(MetricLabels.Render(("component", "proxy"), ("tag", SettingsReader.ProgramVersion())), 1);
        text.Value("mesh_ready", Gauge, "1 when this proxy may get traffic.", readiness.IsReady ? 1 : 0);
        if (identity.Current is { } certificate)
        {
            text.Value("mesh_certificate_expiry_timestamp_seconds", Gauge, "When the workload certificate expires, as Unix time.",
                certificate.NotAfter.ToUnixTimeSeconds());
        }

        WriteConfiguration(text, snapshot());
        text.Value("mesh_access_log_dropped_total", Counter, "Access log lines lost: the queue was full, or the file not writable.", linesLost());

        using var process = Process.GetCurrentProcess();
        text.Value("process_start_time_seconds", Gauge, "When this process began, as Unix time.", started.ToUnixTimeMilliseconds() / 1000.0);
        text.Value("process_cpu_seconds_total", Counter, "CPU time used.", process.TotalProcessorTime.TotalSeconds);
        text.Value("process_resident_memory_bytes", Gauge, "Memory in use.", process.WorkingSet64);
    }

    private void WriteConfiguration(MetricsText text, MeshSnapshot? current)
    {
        text.Value("mesh_config_synced", Gauge, "1 when every source of configuration has synced.", current?.Synced == true ? 1 : 0);
        if (current is null) return;
        text.Value("mesh_config_version", Gauge, "Version of the configuration in use; grows with every change.", current.Version);
        text.Value("mesh_config_age_seconds", Gauge, "Since when the configuration in use was seen not to change, at scrapes.",
            AgeOf(current).TotalSeconds);
        text.Family("mesh_config_findings", Gauge, "Findings of the configuration in use.");
        foreach (var severity in Enum.GetValues<Severity>())
        {
            text.Sample(
                MetricLabels.Render(("severity", severity.ToString())), current.Diagnostics.Count(finding => finding.Severity == severity));
        }
    }

    private TimeSpan AgeOf(MeshSnapshot current)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            if (!ReferenceEquals(seen, current)) (seen, seenAt) = (current, now);
            return now - seenAt;
        }
    }
}
