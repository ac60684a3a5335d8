using System.Globalization;
using System.Text.RegularExpressions;
using Mesh.Config.Model;
using Mesh.Config.Routing;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Routing;

/// <summary>Random rules and requests: the matcher agrees with a reading of Istio's documentation that is as simple as can be.</summary>
public sealed class RouteMatchingPropertyTests
{
    private const int Tables = 60;
    private const int RequestsPerTable = 100;

    private static readonly string[] Paths = ["/", "/a", "/A", "/a/", "/a/b", "/ab", "/b", "/a/b/c", "/b/a"];
    private static readonly string[] Values = ["", "x", "y", "xy", "X"];
    private static readonly string[] Methods = ["GET", "POST"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_rule_that_the_matcher_finds_is_the_first_that_a_naive_reading_finds(int seed)
    {
        var random = new Random(seed);
        var hits = new HashSet<string>();
        for (var table = 0; table < Tables; table++)
        {
            var rules = Enumerable.Range(0, random.Next(1, 5)).Select(_ => new Rule(random)).ToArray();
            var compiled = Compile(rules);
            for (var i = 0; i < RequestsPerTable; i++)
            {
                var request = new Request(random);
                var expected = Array.FindIndex(rules, rule => rule.Matches(request));
                var found = compiled.Match(request.AsRouteRequest)?.Route.Name ?? "none";
                Assert.True(
                    found == Name(expected),
                    $"{request}: the matcher says {found}, a naive reading {Name(expected)}, of\n{string.Join("\n", rules.Select(rule => rule.Yaml))}");
                hits.Add(found);
            }
        }

        // The cases are worth something only if they lead everywhere.
        Assert.Superset(new HashSet<string> { "none", "r0", "r1", "r2" }, hits);
    }

    private static string Name(int index) => index < 0 ? "none" : string.Create(CultureInfo.InvariantCulture, $"r{index}");

    private static HttpRouteTable Compile(Rule[] rules)
    {
        var yaml = $"""
            {"{apiVersion: v1, kind: Service, metadata: {name: web, namespace: prod}, spec: {ports: [{name: http, port: 80}]}}"}
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {"{name: web, namespace: prod}"}
            spec:
              hosts: [web]
              http:
            {string.Join("\n", rules.Select((rule, i) => $"  - {{name: r{i}, match: [{rule.Yaml}], route: [{{destination: {{host: web}}}}]}}"))}
            """;
        return TestMesh.Load(("c", yaml)).ViewFrom(new ProxyScope { Cluster = "c", Namespace = "prod" })
            .OutboundRoutes("web.prod.svc.cluster.local", 80)!;
    }

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];

    /// <summary>A condition on a text: how it is written, and what it means.</summary>
    private sealed record Condition(string Yaml, Func<string, bool> Holds, bool IsPresence = false)
    {
        public static Condition Of(Random random, string[] values, bool ignoreCase = false, bool mayBePresence = true)
        {
            var comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
            var value = Pick(random, values);
            switch (random.Next(mayBePresence ? 4 : 3))
            {
                case 0: return new Condition($"{{exact: \"{value}\"}}", text => text.Equals(value, comparison));
                case 1 when value.Length > 0: return new Condition($"{{prefix: \"{value}\"}}", text => text.StartsWith(value, comparison));
                case 2 when value.Length > 0:
                    return new Condition(
                        $"{{regex: \"{value}.?\"}}",
                        text => Regex.IsMatch(text, $"^(?:{Regex.Escape(value)}.?)$", RegexOptions.None, TimeSpan.FromSeconds(10)));
                case 3: return new Condition("{}", _ => true, IsPresence: true);
                default: return Of(random, values, ignoreCase, mayBePresence);
            }
        }
    }

    private sealed class Rule
    {
        private readonly List<Func<Request, bool>> conditions = [];

        public Rule(Random random)
        {
            var parts = new List<string>();
            if (random.Next(3) > 0)
            {
                var ignoreCase = random.Next(3) == 0;
                var uri = Condition.Of(random, Paths, ignoreCase, mayBePresence: false);
                Add("uri", uri, request => request.Path);
                if (ignoreCase) parts.Add("ignoreUriCase: true");
            }

            if (random.Next(3) == 0) Add("method", Condition.Of(random, Methods, mayBePresence: false), request => request.Method);
            if (random.Next(3) == 0)
            {
                var header = Condition.Of(random, Values);
                parts.Add($"headers: {{x-a: {header.Yaml}}}");
                conditions.Add(request => request.Header is { } value && header.Holds(value));
            }

            if (random.Next(3) == 0)
            {
                var without = Condition.Of(random, Values);
                parts.Add($"withoutHeaders: {{x-a: {without.Yaml}}}");
                conditions.Add(request => without.IsPresence ? request.Header is null : !without.Holds(request.Header ?? ""));
            }

            if (random.Next(3) == 0)
            {
                var parameter = Condition.Of(random, Values, mayBePresence: false);
                parts.Add($"queryParams: {{q: {parameter.Yaml}}}");
                conditions.Add(request => request.Parameter is { } value && parameter.Holds(value));
            }

            if (parts.Count == 0) Add("method", new Condition("{exact: GET}", text => text == "GET"), request => request.Method);
            Yaml = $"{{{string.Join(", ", parts)}}}";

            void Add(string name, Condition condition, Func<Request, string> of)
            {
                parts.Add($"{name}: {condition.Yaml}");
                conditions.Add(request => condition.Holds(of(request)));
            }
        }

        public string Yaml { get; }

        public bool Matches(Request request) => conditions.TrueForAll(condition => condition(request));
    }

    private sealed record Request(string Path, string Method, string? Header, string? Parameter)
    {
        public Request(Random random)
            : this(
                Pick(random, Paths), Pick(random, Methods),
                random.Next(3) == 0 ? null : Pick(random, Values), random.Next(3) == 0 ? null : Pick(random, Values))
        {
        }

        public RouteRequest AsRouteRequest => new(
            Method, "http", "web.prod.svc.cluster.local", Path, Parameter is null ? "p=1" : $"p=1&q={Parameter}&q=other", 80,
            name => name == "x-a" ? Header : null);
    }
}
