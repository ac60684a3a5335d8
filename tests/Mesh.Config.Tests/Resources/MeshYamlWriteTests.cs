using System.Collections.Immutable;
using System.Globalization;
using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Resources;

public sealed class MeshYamlWriteTests
{
    [Fact]
    public void A_WorkloadEntry_with_conditions_is_written_byte_for_byte_like_this()
    {
        var entry = new WorkloadEntry
        {
            ApiVersion = "networking.istio.io/v1",
            Kind = "WorkloadEntry",
            Metadata = new ObjectMeta
            {
                Name = "legacy-billing-127.30.1.10-vpc-legacy",
                Namespace = "prod",
                Labels = TestMesh.Labels(("app", "legacy-billing")),
                Annotations = TestMesh.Labels(
                    ("proxy.istio.io/health-checks-enabled", "true"),
                    ("istio.io/connectedAt", "2026-11-22T12:00:00Z"),
                    ("istio.io/autoRegistrationGroup", "legacy-billing")),
            },
            Spec = new WorkloadEntrySpec
            {
                Address = "127.30.1.10",
                Ports = ImmutableSortedDictionary<string, int>.Empty.Add("http", 15006),
                Labels = TestMesh.Labels(("app", "legacy-billing"), ("version", "7")),
                Network = "vpc-legacy",
                Locality = "us-east-1/us-east-1c",
                ServiceAccount = "legacy-billing",
            },
            Status = new IstioStatus
            {
                Conditions =
                [
                    new IstioCondition
                    {
                        Type = "Healthy",
                        Status = "False",
                        Message = "GET /healthz: 503",
                        LastProbeTime = DateTimeOffset.Parse("2026-11-22T12:00:01Z", CultureInfo.InvariantCulture),
                        LastTransitionTime = DateTimeOffset.Parse("2026-11-22T12:00:01.5Z", CultureInfo.InvariantCulture),
                    },
                ],
            },
        };

        Assert.Equal(
            """
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata:
              name: legacy-billing-127.30.1.10-vpc-legacy
              namespace: prod
              labels:
                app: legacy-billing
              annotations:
                istio.io/autoRegistrationGroup: legacy-billing
                istio.io/connectedAt: "2026-11-22T12:00:00Z"
                proxy.istio.io/health-checks-enabled: "true"
            spec:
              address: 127.30.1.10
              ports:
                http: 15006
              labels:
                app: legacy-billing
                version: "7"
              network: vpc-legacy
              locality: us-east-1/us-east-1c
              serviceAccount: legacy-billing
            status:
              conditions:
              - type: Healthy
                status: "False"
                message: "GET /healthz: 503"
                lastProbeTime: "2026-11-22T12:00:01Z"
                lastTransitionTime: "2026-11-22T12:00:01.5Z"

            """.ReplaceLineEndings("\n"),
            MeshYaml.Write(entry));
    }

    [Fact]
    public void What_is_written_reads_back_as_the_same_objects_and_the_same_bytes()
    {
        var objects = TestObjects.Everything().ToArray();
        var text = MeshYaml.Write(objects);

        var again = MeshYaml.Read(text, "again.yaml");

        Assert.Empty(again.Diagnostics);
        Assert.Equal(objects.Length, again.Objects.Length);
        Assert.All(objects.Zip(again.Objects), pair => Assert.True(MeshYaml.Same(pair.First, pair.Second), pair.First.Subject));
        Assert.Equal(text, MeshYaml.Write(again.Objects));
    }

    [Fact]
    public void An_empty_message_is_not_the_same_as_an_absent_one()
    {
        var rule = TestObjects.Everything().OfType<DestinationRule>().Single();
        var without = rule with { Spec = rule.Spec with { TrafficPolicy = rule.Spec.TrafficPolicy! with { Tls = null } } };

        Assert.Contains("tls: {}", MeshYaml.Write(rule), StringComparison.Ordinal);
        Assert.DoesNotContain("tls", MeshYaml.Write(without), StringComparison.Ordinal);
        Assert.False(MeshYaml.Same(rule, without));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("true")]
    [InlineData("NO")]
    [InlineData("12")]
    [InlineData("1e3")]
    [InlineData("0x1F")]
    [InlineData("12:30:45")]
    [InlineData("~")]
    [InlineData("")]
    [InlineData(" leading")]
    [InlineData("trailing ")]
    [InlineData("- item")]
    [InlineData("a: b")]
    [InlineData("ends:")]
    [InlineData("a #b")]
    [InlineData("{x}")]
    [InlineData("*alias")]
    [InlineData("&anchor")]
    [InlineData("!tag")]
    [InlineData("%percent")]
    [InlineData("\"quoted\" and \\")]
    [InlineData("it's")]
    [InlineData("two\nlines\n")]
    [InlineData("tab\tand\u0007bell")]
    [InlineData("ünïcödé \u2028 🙂")]
    [InlineData("---")]
    [InlineData("outbound_.8080_._.payments")]
    [InlineData("*.local")]
    [InlineData("a,b;c<d>e")]
    public void Any_text_survives_writing_and_reading(string text)
    {
        var entry = TestObjects.Everything().OfType<WorkloadEntry>().Single();
        var written = entry with { Metadata = entry.Metadata with { Annotations = TestMesh.Labels(("k", text)) } };

        var again = MeshYaml.Read(MeshYaml.Write(written), "again.yaml");

        Assert.Empty(again.Diagnostics);
        Assert.Equal(text, again.Objects[0].Metadata.Annotations["k"]);
    }

    [Fact]
    public void Random_texts_survive_writing_and_reading_too()
    {
        var random = new Random(42);
        const string alphabet = "ab1.:-_/ #'\"\\{}[]&*!|>%@`~,?\n\té";
        var entry = TestObjects.Everything().OfType<WorkloadEntry>().Single();
        for (var round = 0; round < 2000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            var written = entry with { Metadata = entry.Metadata with { Annotations = TestMesh.Labels(("k", text)) } };
            var again = MeshYaml.Read(MeshYaml.Write(written), "again.yaml");
            Assert.Equal(text, Assert.Single(again.Objects).Metadata.Annotations["k"]);
        }
    }

    [Fact]
    public void Istios_own_samples_load_without_errors_and_survive_writing()
    {
        var files = Directory.GetFiles(SharedCases.Folder("samples"), "*.yaml", SearchOption.AllDirectories);
        var read = 0;
        foreach (var file in files.Order(StringComparer.Ordinal)) read += AssertSurvivesWriting(file);

        Assert.True(read > 100, $"only {read} objects were read");
    }

    [Fact]
    public void Objects_of_a_recorded_cluster_load_without_errors_and_survive_writing()
    {
        var folder = Path.Combine(SharedCases.Folder("istiod"), "cluster");
        foreach (var file in Directory.GetFiles(folder, "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            AssertSurvivesWriting(file);
    }

    /// <returns>How many objects the file has.</returns>
    private static int AssertSurvivesWriting(string file)
    {
        var result = MeshYaml.Read(File.ReadAllText(file), file);
        Assert.Empty(result.Diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Error).Select(diagnostic => diagnostic.ToString()));
        var text = MeshYaml.Write(result.Objects);
        var again = MeshYaml.Read(text, file);
        Assert.DoesNotContain(again.Diagnostics, diagnostic => diagnostic.Severity == Severity.Error);
        Assert.All(result.Objects.Zip(again.Objects), pair => Assert.True(MeshYaml.Same(pair.First, pair.Second), pair.First.Subject));
        Assert.Equal(text, MeshYaml.Write(again.Objects));
        return result.Objects.Length;
    }
}
