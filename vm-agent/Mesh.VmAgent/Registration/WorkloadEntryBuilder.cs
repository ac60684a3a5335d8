using System.Collections.Immutable;
using System.Globalization;
using Mesh.Config.Registration;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;
using Mesh.Hosting;

namespace Mesh.VmAgent.Registration;

/// <summary>Makes the WorkloadEntry of one machine from its WorkloadGroup, as istiod's auto-registration does.</summary>
/// <remarks>Source: istio pilot/pkg/autoregistration/controller.go, workloadEntryFromGroup and autoregisteredWorkloadEntryName.</remarks>
public static class WorkloadEntryBuilder
{
    private const int NameLimit = 253;
    internal const string LegacyLocalityLabel = "istio-locality";

    /// <summary>
    /// <c>group-address[-network]</c> as in Istio, and <c>-machine</c> where the machine is known: another one that gets the address then
    /// has an entry of its own. Of a name that is too long the end is kept, which tells machines apart.
    /// </summary>
    public static string Name(string group, WorkloadInstance instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        var name = $"{group}-{instance.Address.Replace(':', '-')}";
        if (instance.Network.Length != 0) name += $"-{instance.Network}";
        if (instance.Id.Length == 0) return name.Length > NameLimit ? name[^NameLimit..] : name;
        name += $"-{instance.Id}";
        return name.Length > NameLimit ? name[^NameLimit..].TrimStart('-', '.') : name;
    }

    /// <summary>Null when the machine may register under the group; else why not and what to change.</summary>
    /// <remarks>What istiod checks as ISTIO_WORKLOAD_ENTRY_VALIDATE_IDENTITY.</remarks>
    public static string? Refusal(WorkloadGroup group, WorkloadInstance instance)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(instance);
        if (group.Metadata.Namespace != instance.Namespace)
        {
            return $"{group.Subject} is not in this workload's namespace {instance.Namespace}; "
                + "a workload registers only in its own: change --workload-group or --namespace";
        }

        var account = group.Spec.Template?.ServiceAccount ?? "";
        return account.Length != 0 && account != instance.ServiceAccount
            ? $"{group.Subject} is for service account {account}, and this workload runs as {instance.ServiceAccount}: "
                + "change spec.template.serviceAccount or --service-account"
            : null;
    }

    /// <param name="connectedAt">When the machine joined.</param>
    /// <returns>An entry without status.</returns>
    public static WorkloadEntry Build(WorkloadGroup group, WorkloadInstance instance, DateTimeOffset connectedAt)
    {
        ArgumentNullException.ThrowIfNull(group);
        Invariant.Holds(Refusal(group, instance) is null, $"{instance.Address} may register under {group.Subject}");
        var template = group.Spec.Template ?? new WorkloadEntrySpec();
        var labels = template.Labels
            .SetItems(group.Spec.Metadata?.Labels ?? ImmutableSortedDictionary<string, string>.Empty)
            .SetItems(instance.Labels)
            .Remove(LegacyLocalityLabel);
        return new WorkloadEntry
        {
            ApiVersion = "networking.istio.io/v1",
            Kind = "WorkloadEntry",
            Metadata = new ObjectMeta
            {
                Name = Name(group.Metadata.Name, instance),
                Namespace = instance.Namespace,
                Labels = labels,
                Annotations = Annotations(group, instance, connectedAt),
            },
            Spec = template with
            {
                Address = instance.Address,
                Ports = PublishedPorts(template, instance),
                Labels = labels,
                Network = instance.Network.Length != 0 ? instance.Network : template.Network,
                Locality = instance.Locality.IsUnknown ? template.Locality : instance.Locality.ToString(),
                // Without one the entry would be taken for a workload that speaks plain text.
                ServiceAccount = instance.ServiceAccount,
            },
        };
    }

    private static ImmutableSortedDictionary<string, string> Annotations(
        WorkloadGroup group, WorkloadInstance instance, DateTimeOffset connectedAt)
    {
        var annotations = ImmutableSortedDictionary<string, string>.Empty
            .SetItem(RegistrationAnnotations.Group, group.Metadata.Name)
            .SetItems(group.Spec.Metadata?.Annotations ?? ImmutableSortedDictionary<string, string>.Empty)
            .SetItem(RegistrationAnnotations.Controller, instance.Agent)
            .SetItem(
                RegistrationAnnotations.ConnectedAt,
                connectedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture));
        if (group.Spec.Probe is not null) annotations = annotations.SetItem(RegistrationAnnotations.HealthChecksEnabled, "true");
        if (instance.Id.Length > 0) annotations = annotations.SetItem(RegistrationAnnotations.Instance, instance.Id);
        if (instance.IsLeased) annotations = annotations.SetItem(RegistrationAnnotations.Leased, "true");
        return instance.HealthPort == WorkloadInstance.DefaultHealthPort
            ? annotations
            : annotations.SetItem(
                RegistrationAnnotations.HealthPort, instance.HealthPort.ToString(CultureInfo.InvariantCulture));
    }

    private static ImmutableSortedDictionary<string, int> PublishedPorts(WorkloadEntrySpec template, WorkloadInstance instance) =>
        instance.InboundPort is { } inbound
            ? template.Ports.ToImmutableSortedDictionary(port => port.Key, _ => inbound, template.Ports.KeyComparer)
            : template.Ports;
}
