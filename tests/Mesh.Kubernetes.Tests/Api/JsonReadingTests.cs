using System.Buffers;
using System.Text;
using System.Text.Json;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Core;
using Mesh.Config.Yaml;
using Mesh.Kubernetes.Api;

namespace Mesh.Kubernetes.Tests.Api;

public sealed class JsonReadingTests
{
    private const string Event = """
        {"type":"ADDED","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"app-1","namespace":"prod","resourceVersion":"12345",
        "ownerReferences":[{"kind":"ReplicaSet","name":"app"}],"managedFields":[{"manager":"m"}],"labels":{"app":"caf\u00e9","version":"v1"}},
        "spec":{"nodeName":"node-1","serviceAccountName":"app","priority":1000,"tolerations":[{"key":"k"}],
        "containers":[{"name":"app","image":"i","env":[{"name":"A","value":"b"}],"ports":[{"name":"grpc","containerPort":18080,"protocol":"TCP"}]}]},
        "status":{"phase":"Running","podIP":"10.0.0.1","conditions":[{"type":"Ready","status":"True","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}}
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    public void An_event_says_the_same_wherever_its_stream_was_cut(int pieces)
    {
        var (whole, _) = Object(Read(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(Event)), ApiResource.Of("", "Pod")));

        var (cut, findings) = Object(Read(Cut(Event, pieces), ApiResource.Of("", "Pod")));

        Assert.Empty(findings);
        Assert.True(MeshYaml.Same(whole!, cut!));
        var pod = Assert.IsType<Pod>(cut);
        Assert.Equal(18080, pod.Spec.Containers[0].Ports[0].Port);
        Assert.Equal("café", pod.Metadata.Labels["app"]);
        Assert.Equal("12345", pod.Metadata.ResourceVersion);
    }

    [Fact]
    public void What_nobody_reads_of_an_object_is_passed_over()
    {
        var pod = Read(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(Event)), ApiResource.Of("", "Pod")).Find("object")!;

        Assert.Null(pod.Find("metadata")!.Find("ownerReferences"));
        Assert.Null(pod.Find("spec")!.Find("tolerations"));
        Assert.Null(pod.Find("spec")!.Find("containers")!.Items[0].Find("env"));
        Assert.NotNull(pod.Find("spec")!.Find("containers")!.Items[0].Find("ports"));
    }

    [Fact]
    public void Fields_that_nobody_knows_are_still_told()
    {
        const string Route = """
            {"type":"ADDED","object":{"metadata":{"name":"v","namespace":"prod"},"spec":{"hosts":["a"],"htpp":[],"http":[{"route":[{"destination":{"host":"a"}}]}]}}}
            """;

        var (value, findings) = ResourceJson.Read(
            Read(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(Route)), ApiResource.Of("networking.istio.io", "VirtualService")).Find("object")!,
            "networking.istio.io/v1", "VirtualService", "test");

        Assert.NotNull(value);
        Assert.Contains(findings, finding => finding.Message.Contains("htpp", StringComparison.Ordinal));
    }

    [Fact]
    public void An_error_is_read_whole()
    {
        const string Error = """{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old","spec":{"priority":1}}}""";

        var status = Read(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(Error)), ApiResource.Of("", "Pod")).Find("object")!;

        Assert.Equal("410", status.Find("code")!.Text);
        Assert.Equal("Expired", status.Find("reason")!.Text);
        Assert.NotNull(status.Find("spec")!.Find("priority"));
    }

    private static YamlValue Read(ReadOnlySequence<byte> text, ApiResource resource)
    {
        var reader = new Utf8JsonReader(text);
        Assert.True(reader.Read());
        return JsonValues.ReadEvent(ref reader, resource.Schema);
    }

    private static (MeshObject? Object, System.Collections.Immutable.ImmutableArray<Config.Diagnostics.Diagnostic> Findings) Object(YamlValue read) =>
        ResourceJson.Read(read.Find("object")!, "v1", "Pod", "test");

    private static ReadOnlySequence<byte> Cut(string text, int size)
    {
        Piece? first = null, last = null;
        foreach (var chunk in Encoding.UTF8.GetBytes(text).Chunk(size))
        {
            last = new Piece(chunk, last);
            first ??= last;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, Piece? before)
        {
            Memory = memory;
            if (before is null) return;
            RunningIndex = before.RunningIndex + before.Memory.Length;
            before.Next = this;
        }
    }
}
