using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>A service that Kubernetes does not know.</summary>
public sealed record ServiceEntrySpec
{
    public ImmutableArray<string> Hosts { get; init; } = [];
    public ImmutableArray<string> Addresses { get; init; } = [];
    public ImmutableArray<ServiceEntryPort> Ports { get; init; } = [];
    public ServiceEntryLocation Location { get; init; }
    public ServiceEntryResolution Resolution { get; init; }
    public ImmutableArray<WorkloadEntrySpec> Endpoints { get; init; } = [];
    public WorkloadSelector? WorkloadSelector { get; init; }
    public ImmutableArray<string> ExportTo { get; init; } = [];
    public ImmutableArray<string> SubjectAltNames { get; init; } = [];

    internal static Schema<ServiceEntrySpec> Schema { get; } =
        new Schema<ServiceEntrySpec>("ServiceEntry", () => new ServiceEntrySpec())
            .Field("hosts", Codecs.List(Codecs.Text), x => x.Hosts, (x, v) => x with { Hosts = v }, required: true)
            .Field("addresses", Codecs.List(Codecs.Text), x => x.Addresses, (x, v) => x with { Addresses = v })
            .Field("ports", Codecs.List(ServiceEntryPort.Schema), x => x.Ports, (x, v) => x with { Ports = v })
            .Field("location", Codecs.Enum<ServiceEntryLocation>(),
                x => x.Location, (x, v) => x with { Location = v })
            .Field("resolution", Codecs.Enum<ServiceEntryResolution>(),
                x => x.Resolution, (x, v) => x with { Resolution = v })
            .Field("endpoints", Codecs.List(WorkloadEntrySpec.Schema),
                x => x.Endpoints, (x, v) => x with { Endpoints = v })
            .Message("workloadSelector", WorkloadSelector.Schema,
                x => x.WorkloadSelector, (x, v) => x with { WorkloadSelector = v })
            .Field("exportTo", Codecs.List(Codecs.Text), x => x.ExportTo, (x, v) => x with { ExportTo = v })
            .Field("subjectAltNames", Codecs.List(Codecs.Text),
                x => x.SubjectAltNames, (x, v) => x with { SubjectAltNames = v })
            .AcceptSnakeCase();
}
