using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;
using Mesh.VmAgent.Registration;

namespace Mesh.VmAgent.Tests.Registration;

/// <summary>The WorkloadGroup and machine that tests register.</summary>
internal static class Groups
{
    public static WorkloadGroup Billing { get; } = new()
    {
        ApiVersion = "networking.istio.io/v1",
        Kind = "WorkloadGroup",
        Metadata = new ObjectMeta { Name = "legacy-billing", Namespace = "prod" },
        Spec = new WorkloadGroupSpec
        {
            Metadata = new WorkloadGroupMetadata
            {
                Labels = Map(("app", "legacy-billing"), ("version", "v1")),
                Annotations = Map(("owner", "billing@example.com")),
            },
            Template = new WorkloadEntrySpec
            {
                Ports = ImmutableSortedDictionary<string, int>.Empty.Add("http", 9080),
                Labels = Map(("tier", "backend"), ("version", "v0")),
                Network = "some-network",
                Locality = "us-west-2/us-west-2a",
                Weight = 5,
                ServiceAccount = "legacy-billing",
            },
            Probe = new ReadinessProbe { PeriodSeconds = 2, HttpGet = new HttpHealthCheck { Path = "/healthz", Port = 9080 } },
        },
    };

    public static WorkloadInstance Vm { get; } = new("agent-vm", "prod", "legacy-billing", "127.30.1.10")
    {
        Network = "vpc-legacy",
        Locality = Locality.Parse("us-east-1/us-east-1c"),
        Labels = Map(("rack", "r7"), ("istio-locality", "x.y")),
        InboundPort = 15006,
    };

    public static ImmutableSortedDictionary<string, string> Map(params (string Key, string Value)[] pairs) =>
        pairs.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
}
