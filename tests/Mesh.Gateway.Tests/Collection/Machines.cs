using System.Collections.Immutable;
using System.Globalization;
using Mesh.Config.Registration;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;

namespace Mesh.Gateway.Tests.Collection;

/// <summary>Entries as agents write them.</summary>
internal static class Machines
{
    /// <param name="keeper">The agent.</param>
    /// <param name="isLeased">Whether the keeper renews a Lease.</param>
    public static WorkloadEntry Entry(
        string address, DateTimeOffset joined, string keeper = "agent-vm", string group = "legacy-billing", bool isLeased = false, string instance = "") => new()
        {
            ApiVersion = "networking.istio.io/v1",
            Kind = "WorkloadEntry",
            Metadata = new ObjectMeta
            {
                Name = $"{group}-{address.Replace(':', '-')}-vpc-legacy{(instance.Length > 0 ? "-" + instance : "")}",
                Namespace = "prod",
                Annotations = Annotations(group, keeper, joined, isLeased, instance),
            },
            Spec = new WorkloadEntrySpec { Address = address, Network = "vpc-legacy", ServiceAccount = group },
        };

    /// <summary>All but the version.</summary>
    public static string Text(WorkloadEntry entry) => MeshYaml.Write(entry with { Metadata = entry.Metadata with { ResourceVersion = "" } });

    private static ImmutableSortedDictionary<string, string> Annotations(
        string group, string keeper, DateTimeOffset joined, bool isLeased, string instance)
    {
        var annotations = ImmutableSortedDictionary<string, string>.Empty
            .Add(RegistrationAnnotations.Group, group)
            .Add(RegistrationAnnotations.Controller, keeper)
            .Add(RegistrationAnnotations.ConnectedAt, joined.ToString("O", CultureInfo.InvariantCulture));
        if (isLeased) annotations = annotations.Add(RegistrationAnnotations.Leased, "true");
        return instance.Length > 0 ? annotations.Add(RegistrationAnnotations.Instance, instance) : annotations;
    }
}
