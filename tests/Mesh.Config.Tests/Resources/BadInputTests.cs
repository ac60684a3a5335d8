using System.Text;
using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;

namespace Mesh.Config.Tests.Resources;

/// <summary>Whatever is wrong gets one diagnostic that says what, where and what to do; sound objects beside it are kept.</summary>
public sealed class BadInputTests
{
    private const string Sound = "---\n{apiVersion: v1, kind: Namespace, metadata: {name: sound}}\n";

    /// <summary>Code, line, text that must be in the message, document.</summary>
    public static TheoryData<string, int, string, string> Mistakes => new()
    {
        {
            "UnknownField", 4, "spec.hots: VirtualService has no such field; did you mean \"hosts\"?",
            "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a, namespace: b}\nspec: {hots: [x], http: [{route: [{destination: {host: x}}]}]}\n"
        },
        {
            "UnknownField", 7, "spec.http[0].colour: HTTPRoute has no such field; remove it",
            "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a, namespace: b}\nspec:\n  hosts: [x]\n  http:\n  - colour: red\n    route: [{destination: {host: x}}]\n"
        },
        {
            "WrongType", 4, "spec.ports[0].port: expected a port number, found text \"http\"",
            "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: b}\nspec: {ports: [{port: http}]}\n"
        },
        {
            "WrongType", 3, "metadata.labels[v]: expected text, found the number 1 (quote it to make it text)",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {v:  1}}\n"
        },
        {
            "BadValue", 4, "port 70000 must be between 1 and 65535",
            "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: b}\nspec: {ports: [{port: 70000}]}\n"
        },
        {
            "MissingField", 4, "spec: host is missing; DestinationRule needs it",
            "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: a, namespace: b}\nspec: {subsets: [{name: v1}]}\n"
        },
        {
            "MissingField", 1, "metadata is missing",
            "apiVersion: v1\nkind: Service\nspec: {}\n"
        },
        {
            "MissingField", 3, "metadata: name is missing",
            "apiVersion: v1\nkind: Service\nmetadata: {namespace: b}\n"
        },
        {
            "BadEnum", 4, "spec.mtls.mode: \"STRCT\" is not one of UNSET, DISABLE, PERMISSIVE, STRICT; did you mean STRICT?",
            "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: a, namespace: b}\nspec: {mtls: {mode: STRCT}}\n"
        },
        {
            "BadValue", 4, "\"5 seconds\" is not a duration; write 5s, 100ms or 1h30m",
            "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a, namespace: b}\nspec: {hosts: [x], http: [{route: [{destination: {host: x}}], timeout: 5 seconds}]}\n"
        },
        {
            "DuplicateKey", 6, "spec.host: the field is given twice; remove one",
            "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: a, namespace: b}\nspec:\n  host: x\n  host: y\n"
        },
        {
            "WrongApiVersion", 1, "VirtualService has no apiVersion networking.istio.io/v2; use networking.istio.io/v1 or",
            "apiVersion: networking.istio.io/v2\nkind: VirtualService\nmetadata: {name: a}\n"
        },
        {
            "WrongApiVersion", 1, "EndpointSlice has no apiVersion v1; use discovery.k8s.io/v1",
            "apiVersion: v1\nkind: EndpointSlice\nmetadata: {name: a}\n"
        },
        {
            "UnknownKind", 2, "networking.istio.io/v1 has no kind VirtualServise; did you mean VirtualService?",
            "apiVersion: networking.istio.io/v1\nkind: VirtualServise\nmetadata: {name: a}\n"
        },
        {
            "NotAnObject", 1, "a document must be a Kubernetes object", "just text\n"
        },
        {
            "NotAnObject", 1, "kind is missing", "apiVersion: v1\nmetadata: {name: a}\n"
        },
        {
            "BadValue", 4, "\"[\" is not a regular expression",
            "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a, namespace: b}\nspec: {hosts: [x], http: [{match: [{uri: {regex: \"[\"}}], route: [{destination: {host: x}}]}]}\n"
        },
        {
            "MissingField", 4, "tls is missing; protocol HTTPS needs it",
            "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: a, namespace: b}\nspec: {selector: {}, servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: [\"*\"]}]}\n"
        },
        {
            "BadValue", 4, "only one of simple, consistentHash may be given",
            "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: a, namespace: b}\nspec: {host: x, trafficPolicy: {loadBalancer: {simple: RANDOM, consistentHash: {useSourceIp: true}}}}\n"
        },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_named_with_its_place_and_the_remedy(string code, int line, string message, string text)
    {
        var result = MeshYaml.Read(text + Sound, "f.yaml");

        var error = Assert.Single(result.Diagnostics, diagnostic => diagnostic.Severity == Severity.Error);
        Assert.Equal(code, error.Code);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(("f.yaml", line), (error.Location.Origin, error.Location.Line));
        Assert.True(error.Location.Column > 0);
        Assert.Equal(["Namespace sound"], result.Objects.Select(value => value.Subject));
    }

    [Fact]
    public void Line_and_column_point_at_the_field_itself()
    {
        var result = MeshYaml.Read(
            """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata:
              name: a
            spec:
              host: x
              trafficPolicy:
                outlierDetection:
                  intervall: 5s
            """, "f.yaml");

        var error = Assert.Single(result.Diagnostics);
        Assert.Equal("f.yaml:9:7", error.Location.ToString());
        Assert.Equal(
            "f.yaml:9:7: error UnknownField [DestinationRule default/a]: spec.trafficPolicy.outlierDetection.intervall: OutlierDetection has no such field; did you mean \"interval\"?",
            error.ToString());
    }

    [Theory]
    [InlineData("a: b: c\n", 1)]
    [InlineData("apiVersion: v1\nkind: [Service\nmetadata: {name: x}\n", 3)]
    [InlineData("apiVersion: v1\n\tkind: Service\n", 2)]
    [InlineData("a: *nothing\n", 1)]
    [InlineData("? {a: b}\n: c\n", 1)]
    [InlineData("\"unfinished", 1)]
    public void Text_that_is_not_YAML_is_one_diagnostic_with_its_line(string text, int line)
    {
        var result = MeshYaml.Read(text, "f.yaml");

        Assert.False(result.WellFormed);
        Assert.Empty(result.Objects);
        var error = Assert.Single(result.Diagnostics);
        Assert.Equal("BrokenYaml", error.Code);
        Assert.InRange(error.Location.Line, line - 1, line + 1);
    }

    [Fact]
    public void The_same_object_twice_in_one_text_is_reported_and_the_first_is_used()
    {
        var result = MeshYaml.Read(
            """
            {apiVersion: v1, kind: Service, metadata: {name: a, namespace: b}, spec: {ports: [{port: 1}]}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: a, namespace: b}, spec: {ports: [{port: 2}]}}
            """, "f.yaml");

        Assert.Equal(1, Assert.IsType<Mesh.Config.Resources.Core.Service>(Assert.Single(result.Objects)).Spec.Ports[0].Port);
        var error = Assert.Single(result.Diagnostics);
        Assert.Equal(("DuplicateObject", 3), (error.Code, error.Location.Line));
        Assert.Contains("f.yaml:1:1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused_instead_of_overflowing_the_stack()
    {
        var result = MeshYaml.Read(new string('[', 20_000), "f.yaml");

        Assert.False(result.WellFormed);
        Assert.Contains("deeper", Assert.Single(result.Diagnostics).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_alias_bomb_is_refused_instead_of_filling_the_memory()
    {
        var bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 12; i++)
            bomb.Append($"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n");

        var result = MeshYaml.Read(bomb.ToString(), "f.yaml");

        Assert.False(result.WellFormed);
    }

    [Fact]
    public void A_flood_of_findings_is_cut()
    {
        var text = new StringBuilder("apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: a}\nspec:\n  host: x\n");
        for (var i = 0; i < 5000; i++) text.Append($"  field{i}: 1\n");

        Assert.InRange(MeshYaml.Read(text.ToString(), "f.yaml").Diagnostics.Length, 1, 200);
    }

    [Fact]
    public void Text_cut_off_anywhere_never_throws()
    {
        var text = MeshYaml.Write(TestObjects.Everything());
        for (var length = 0; length < text.Length; length += 61)
            Assert.NotNull(MeshYaml.Read(text[..length], "f.yaml"));
    }

    [Fact]
    public void Text_with_changed_characters_never_throws()
    {
        var text = MeshYaml.Write(TestObjects.Everything());
        var random = new Random(4711);
        const string noise = "{}[]:-#&*!|>'\"%@`,? \n\t\0~<0aZ";
        for (var round = 0; round < 400; round++)
        {
            var mutated = text.ToCharArray();
            for (var i = 0; i < 1 + random.Next(6); i++) mutated[random.Next(mutated.Length)] = noise[random.Next(noise.Length)];
            var result = MeshYaml.Read(new string(mutated), "f.yaml");
            Assert.All(result.Diagnostics, diagnostic => Assert.Equal("f.yaml", diagnostic.Location.Origin));
        }
    }
}
