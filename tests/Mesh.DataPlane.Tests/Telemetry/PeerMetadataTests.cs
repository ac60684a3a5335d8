using System.Collections.Immutable;
using Mesh.DataPlane.Telemetry;

namespace Mesh.DataPlane.Tests.Telemetry;

/// <summary>Metadata as Istio's proxies write it into headers.</summary>
public sealed class PeerMetadataTests
{
    /// <summary>As Envoy writes it: a google.protobuf.Struct, put together byte by byte.</summary>
    private const string FromIstio =
        "Cg4KBE5BTUUSBhoEcG9kMQoXCglOQU1FU1BBQ0USChoIcGF5bWVudHMKGwoNV09SS0xPQURfTkFNRRIKGghwYXltZW50cwoVCgpDTFVTVEVSX0lEEgcaBWVrcy1h"
        + "CloKBkxBQkVMUxJQKk4KDAoDYXBwEgUaA3BheQooCh9zZXJ2aWNlLmlzdGlvLmlvL2Nhbm9uaWNhbC1uYW1lEgUaA3BheQoUCgd2ZXJzaW9uEgkaBzIwMjYtMDE=";

    private static readonly WorkloadMetadata Payments = new()
    {
        Instance = "payments-6d4cf56db6-x2x7k",
        Workload = "payments",
        Namespace = "prod",
        Cluster = "eks-a",
        App = "payments",
        Version = "v2",
        CanonicalService = "payments",
        CanonicalRevision = "v2",
    };

    [Fact]
    public void What_is_written_is_read_again() => Assert.Equal(Payments, PeerMetadata.Decode(PeerMetadata.Encode(Payments)));

    [Fact]
    public void It_is_read_without_padding_as_well() =>
        Assert.Equal(Payments, PeerMetadata.Decode(PeerMetadata.Encode(Payments).TrimEnd('=')));

    [Fact]
    public void What_Istio_writes_is_read()
    {
        var read = PeerMetadata.Decode(FromIstio);
        Assert.NotNull(read);
        Assert.Equal(("pod1", "payments", "payments", "eks-a"), (read.Instance, read.Workload, read.Namespace, read.Cluster));
        Assert.Equal(("pay", "2026-01", "pay", ""), (read.App, read.Version, read.CanonicalService, read.CanonicalRevision));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not base64!")]
    [InlineData("/////////w==")]
    [InlineData("Cg4KBE5BTUUSBhoEcG9")]
    public void What_nobody_can_read_is_nothing(string text) => Assert.Null(PeerMetadata.Decode(text));

    [Fact]
    public void A_header_that_is_far_too_long_is_not_looked_into() =>
        Assert.Null(PeerMetadata.Decode(PeerMetadata.Encode(Payments with { App = new string('a', 10_000) })));

    [Theory]
    [InlineData("payments-6d4cf56db6-x2x7k", "pod-template-hash=6d4cf56db6", "payments")]
    [InlineData("db-0", "statefulset.kubernetes.io/pod-name=db-0", "db")]
    [InlineData("vm-1", "", "vm-1")]
    [InlineData("vm-1", "service.istio.io/workload-name=billing", "billing")]
    public void The_workload_is_what_instances_have_in_common(string instance, string label, string workload)
    {
        var labels = ImmutableSortedDictionary<string, string>.Empty;
        if (label.Length > 0) labels = labels.Add(label.Split('=')[0], label.Split('=')[1]);
        var read = WorkloadMetadata.Of(instance, "prod", "eks-a", labels);
        Assert.Equal(workload, read.Workload);
        Assert.Equal((workload, "latest"), (read.CanonicalService, read.CanonicalRevision));
    }

    [Fact]
    public void Messages_are_counted_however_they_are_cut()
    {
        byte[] body = [0, 0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, .. new byte[256]];
        foreach (var piece in new[] { 1, 2, 3, 7, 100, body.Length })
        {
            var counter = new GrpcMessageCounter();
            for (var at = 0; at < body.Length; at += piece) counter.Read(body.AsSpan(at, Math.Min(piece, body.Length - at)));
            Assert.Equal(3, counter.Count);
        }
    }
}
