using Mesh.Config.Resources.Networking;
using Mesh.VmAgent.Health;

namespace Mesh.VmAgent.Registration;

/// <summary>Reads a WorkloadGroup's probe: 0 and empty stand for Istio's defaults.</summary>
public static class GroupProbe
{
    /// <summary>Null when the group has no probe: its workloads are taken for healthy.</summary>
    public static ProbeSettings? SettingsOf(WorkloadGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        return group.Spec.Probe is { } probe ? SettingsOf(probe) : null;
    }

    /// <summary>Null for a probe that does nothing.</summary>
    public static ProbeSettings? SettingsOf(ReadinessProbe probe)
    {
        ArgumentNullException.ThrowIfNull(probe);
        if (ActionOf(probe) is not { } action) return null;
        var settings = new ProbeSettings(action) { InitialDelay = TimeSpan.FromSeconds(probe.InitialDelaySeconds) };
        return settings with
        {
            Timeout = probe.TimeoutSeconds > 0 ? TimeSpan.FromSeconds(probe.TimeoutSeconds) : settings.Timeout,
            Period = probe.PeriodSeconds > 0 ? TimeSpan.FromSeconds(probe.PeriodSeconds) : settings.Period,
            SuccessThreshold = probe.SuccessThreshold > 0 ? probe.SuccessThreshold : settings.SuccessThreshold,
            FailureThreshold = probe.FailureThreshold > 0 ? probe.FailureThreshold : settings.FailureThreshold,
        };
    }

    private static ProbeAction? ActionOf(ReadinessProbe probe) => probe switch
    {
        { HttpGet: { } http } => new ProbeAction.HttpGet(
            http.Scheme.Length == 0 ? "http" : http.Scheme.ToLowerInvariant(), http.Host, http.Port, RootedPath(http.Path))
        {
            Headers = [.. http.HttpHeaders.Select(header => KeyValuePair.Create(header.Name, header.Value))],
        },
        { TcpSocket: { } tcp } => new ProbeAction.TcpSocket(tcp.Host, tcp.Port),
        { Exec: { } exec } => new ProbeAction.Exec(exec.Command),
        { Grpc: { } grpc } => new ProbeAction.Grpc("", grpc.Port, grpc.Service),
        _ => null,
    };

    private static string RootedPath(string path) => path.StartsWith('/') ? path : $"/{path}";
}
