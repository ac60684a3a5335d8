using System.Collections.Immutable;
using System.Net;
using System.Text;
using Mesh.Config.Model;
using Mesh.Config.Policy;
using Mesh.Config.Resources;
using Mesh.Config.Resources.MeshWide;
using Mesh.Config.Resources.Security;
using Mesh.Config.Sources;
using Mesh.Config.Tests.Support;
using static Mesh.Config.Tests.Policy.TestPolicy;

namespace Mesh.Config.Tests.Policy;

/// <summary>Whatever policies hold and clients send, there is an answer, and the explanation agrees with it.</summary>
public sealed class AnyPolicyTests
{
    private static readonly string[] Keys =
    [
        "source.ip", "remote.ip", "source.namespace", "source.serviceAccount", "source.principal", "source.trustDomain",
        "request.auth.principal", "request.auth.audiences", "request.auth.presenter",
        "request.auth.claims[a]", "request.auth.claims[a][b]",
        "request.headers[x-a]", "destination.ip", "destination.port", "connection.sni", "experimental.envoy.filters.a[b]", "no.such.key", "",
    ];

    private static readonly string[] Pieces =
    [
        "*", "**", "/", "{*}", "{**}", "{", "}", "%", "%2e", "..", "\\", "?", "#", "[", "(", "+", "$", "a", "prod",
        "spiffe://", "/ns/", "/sa/", "10.0.0.1", "/33",
        "/24", "::", "8080", "99999", "é", "\0", "\ud800", " ", "",
    ];

    [Fact]
    public void Any_rule_and_any_request_have_an_answer()
    {
        for (var seed = 0; seed < 1500; seed++)
        {
            var random = new Random(seed);
            var policy = RandomPolicy(random);
            for (var i = 0; i < 5; i++)
            {
                var request = RandomRequest(random);
                var verdict = policy.Authorize(request);
                var steps = policy.Explain(request);
                var denied = steps.Any(step => step is { Action: AuthorizationAction.Deny, Matched: true });
                var allowed = steps.Any(step => step is { Action: AuthorizationAction.Allow, Matched: true })
                              || steps.All(step => step.Action != AuthorizationAction.Allow);
                Assert.True(verdict.Allowed == (allowed && !denied), $"seed {seed}: {verdict.Reason}\n{string.Join('\n', steps)}");
            }
        }
    }

    [Fact]
    public void Any_text_in_place_of_a_token_has_an_answer()
    {
        var policy = Load(Authentication("{jwtRules: [{issuer: a, jwksUri: 'https://a', fromHeaders: [{name: x, prefix: 'p '}], fromParams: [t], fromCookies: [c]}]}"));
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var text = RandomText(random);
            var request = Get("/?" + text + "&t=" + RandomText(random)) with { Header = _ => text };
            var result = policy.Authenticate(request, new Validator());
            Assert.True(result.Passed == (result.StatusCode == 200), $"seed {seed}");
        }
    }

    /// <summary>Not from YAML: what is nonsense would be refused before it got here.</summary>
    private static WorkloadPolicy RandomPolicy(Random random)
    {
        var options = new MeshModelOptions { TrustDomainAliases = ["old"], PathNormalization = (PathNormalizationType)random.Next(5) };
        var policies = Enumerable.Range(0, random.Next(1, 4)).Select(number => new AuthorizationPolicy
        {
            ApiVersion = "security.istio.io/v1",
            Kind = "AuthorizationPolicy",
            Metadata = new ObjectMeta { Namespace = "prod", Name = $"p{number}" },
            Spec = new AuthorizationPolicySpec
            {
                Action = random.Next(2) == 0 ? AuthorizationAction.Allow : AuthorizationAction.Deny,
                Rules = Some(random, 3, () => new AuthorizationRule
                {
                    From = Some(random, 3, () => new AuthorizationFrom
                    {
                        Source = new AuthorizationSource
                        {
                            Principals = Texts(random),
                            NotPrincipals = Texts(random),
                            Namespaces = Texts(random),
                            ServiceAccounts = Texts(random),
                            IpBlocks = Texts(random),
                            NotIpBlocks = Texts(random),
                            RequestPrincipals = Texts(random),
                            TrustDomains = Texts(random),
                        },
                    }),
                    To = Some(random, 3, () => new AuthorizationTo
                    {
                        Operation = new AuthorizationOperation
                        {
                            Hosts = Texts(random),
                            Paths = Texts(random),
                            NotPaths = Texts(random),
                            Ports = Texts(random),
                            Methods = Texts(random),
                        },
                    }),
                    When = Some(random, 3, () => new AuthorizationCondition
                    {
                        Key = Keys[random.Next(Keys.Length)],
                        Values = Texts(random),
                        NotValues = Texts(random),
                    }),
                }),
            },
        });
        var source = new FolderSource("unused", "eks-a");
        var time = new FakeTime();
        var model = new MeshModel([source], options, time);
        model.Apply(source, new MeshChanges { Upserts = [.. policies], Synced = true });
        time.Advance(TimeSpan.FromSeconds(1));
        return model.Current.ViewFrom(new ProxyScope { Cluster = "eks-a", Namespace = "prod" }).Policy;
    }

    private static ImmutableArray<T> Some<T>(Random random, int limit, Func<T> create) =>
        [.. Enumerable.Range(0, random.Next(limit)).Select(_ => create())];

    private static ImmutableArray<string> Texts(Random random) =>
        random.Next(4) > 0 ? [] : [.. Enumerable.Range(0, random.Next(3)).Select(_ => RandomText(random))];

    private static PolicyRequest RandomRequest(Random random)
    {
        var header = random.Next(2) == 0 ? null : "a";
        return new PolicyRequest
        {
            IsHttp = random.Next(4) > 0,
            PeerIdentity = random.Next(3) switch { 0 => null, 1 => RandomText(random), _ => "spiffe://cluster.local/ns/prod/sa/a" },
            SourceAddress = random.Next(2) == 0 ? null : IPAddress.Parse("10.0.0.1"),
            RemoteAddress = random.Next(2) == 0 ? null : IPAddress.IPv6Loopback,
            DestinationPort = random.Next(70_000),
            Method = RandomText(random),
            Authority = RandomText(random),
            Path = RandomText(random),
            Sni = RandomText(random),
            Header = _ => header,
            Claims = random.Next(3) switch { 0 => null, 1 => Claims("[]"), _ => Claims("""{"iss":1,"sub":["a"],"a":{"b":["prod"]}}""") },
        };
    }

    private static string RandomText(Random random)
    {
        var text = new StringBuilder();
        for (var i = random.Next(5); i > 0; i--) text.Append(Pieces[random.Next(Pieces.Length)]);
        return text.ToString();
    }
}
