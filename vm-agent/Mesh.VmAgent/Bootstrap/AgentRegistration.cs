using System.Net;
using Mesh.Config.Registration;
using Mesh.Config.Resources.Networking;
using Mesh.DataPlane.Identity;
using Mesh.DataPlane.Registration;
using Mesh.Istiod.Ca;
using Mesh.Istiod.Xds;
using Mesh.Kubernetes.Registration;
using Mesh.VmAgent.Bundle;
using Mesh.VmAgent.Registration;

namespace Mesh.VmAgent.Bootstrap;

/// <summary>Makes the registration that the settings ask for.</summary>
internal static class AgentRegistration
{
    /// <param name="group">The WorkloadGroup as configuration has it now; null when there is none.</param>
    /// <returns>Null: somebody else registers this workload.</returns>
    /// <exception cref="Mesh.Hosting.StartupException">A kubeconfig does not say how to reach its server.</exception>
    public static IRegistration? Create(
        AgentSettings settings, IWorkloadIdentity identity, ITokenSource? tokens, Func<WorkloadGroup?> group, Func<AgentSummary> summary,
        TimeProvider time, ILoggerFactory logs)
    {
        if (settings is not { WorkloadGroup: { } name, Register: { } place }) return null;
        if (place.Registry is { } registry)
        {
            return new RegistrationKeeper(
                InstanceOf(settings), name.Name, group, Open(registry, time, settings.LeaseDuration), time, logs.CreateLogger<RegistrationKeeper>(), summary);
        }

        var address = AddressOf(settings);
        var options = new AdsClientOptions
        {
            Address = address,
            RootFile = settings.XdsRoot ?? settings.CaRoot!,
            TokenFile = settings.CaToken,
            Tokens = tokens,
            ServerName = settings.CaServerName,
            Resolve = HostsFile.ResolverOf(settings.HostsFile),
            ClusterId = settings.Cluster,
            // One that has expired proves nothing: then the token is what remains.
            ClientCertificate = () => identity.Current is { } current && current.NotAfter > time.GetUtcNow() ? current.Context : null,
        };
        return new IstiodRegistration(InstanceOf(settings), name.Name, () => NodeOf(settings, name.Name, address, group()), options, time, logs);
    }

    /// <summary>
    /// Why callers will miss this agent although istiod has registered it; null when they do not. istiod gives an entry the ports of the
    /// template, which callers dial: with Istio's own agent they are captured on the way.
    /// </summary>
    public static string? WarningOf(AgentSettings settings, WorkloadGroup? group) =>
        settings.Register is { ByIstiod: true } && group?.Spec.Template is { } template
            && template.Ports.Where(port => port.Value != settings.InboundPort).ToArray() is { Length: > 0 } missed
            ? $"{group.Subject} gives its machines the ports {string.Join(", ", missed.Select(port => $"{port.Key}={port.Value}"))}, and callers dial these, "
                + $"but this agent answers on {settings.InboundPort}: make them {settings.InboundPort} in spec.template.ports, or register in the API server (--register kube:...)"
            : null;

    /// <exception cref="Mesh.Hosting.StartupException">A kubeconfig does not say how to reach its server.</exception>
    /// <param name="leaseDuration">In an API server: how long the machine is believed alive without a sign of life.</param>
    public static IWorkloadRegistry Open(RegistrySpec place, TimeProvider time, TimeSpan? leaseDuration = null) =>
        place.Server is { } server ? KubeWorkloadRegistry.Open(server, "register", time, leaseDuration) : new FileWorkloadRegistry(place.Folder);

    private static DnsEndPoint AddressOf(AgentSettings settings) => settings.Register!.Istiod ?? settings.DiscoveryAddress ?? settings.Identity.Authority!;

    private static WorkloadInstance InstanceOf(AgentSettings settings) => new(
        settings.Name, settings.Namespace, settings.ServiceAccount, settings.WorkloadAddress.ToString())
    {
        Network = settings.Network,
        Locality = settings.Locality,
        Labels = settings.Labels,
        InboundPort = settings.InboundPort,
        HealthPort = settings.HealthPort,
        // istiod names the entry itself.
        Id = settings.Register is { ByIstiod: true } ? "" : settings.InstanceId ?? "",
        IsLeased = settings.Register?.Registry?.Server is not null,
    };

    private static XdsNode NodeOf(AgentSettings settings, string group, DnsEndPoint istiod, WorkloadGroup? known)
    {
        var node = new XdsNode(settings.Name, settings.Namespace, [settings.WorkloadAddress])
        {
            ServiceAccount = settings.ServiceAccount,
            Cluster = settings.Cluster,
            Network = settings.Network,
            Locality = settings.Locality,
            Labels = settings.Labels,
            AutoRegisterGroup = group,
            DiscoveryAddress = $"{istiod.Host}:{istiod.Port}",
            ReadinessProbe = known is null ? settings.Probe : known.Spec.Probe,
        };
        return known?.Spec.Template?.Ports is { } ports ? node with { Ports = ports } : node;
    }
}
