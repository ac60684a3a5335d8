using System.Net;

namespace Mesh.Gateway.Tests.Conformance;

public sealed class UnknownBackendTests(ConformanceMesh mesh) : IClassFixture<ConformanceMesh>
{
    private const int Calls = 100;

    [Fact(Timeout = 120_000)]
    public async Task The_share_of_a_backend_that_does_not_exist_is_answered_500_and_the_others_keep_theirs()
    {
        await mesh.ApplyHttpRouteAsync("partly.api", """
            - backendRefs:
              - {group: networking.istio.io, kind: Hostname, name: a.test, port: 80}
              - {name: nobody, port: 80}
            """);
        var seen = new HashSet<HttpStatusCode>();
        // By chance alone a hundred calls do not all go one way.
        for (var i = 0; i < Calls; i++) seen.Add((await mesh.AskAsync("partly.api", "/")).Status);
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.InternalServerError], seen.Order());
    }

    [Fact(Timeout = 120_000)]
    public async Task A_VirtualService_that_leads_nowhere_is_answered_503()
    {
        await mesh.ApplyRuleAsync("nowhere.example", """
            - route:
              - destination:
                  host: nobody.test
            """);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await mesh.AskAsync("nowhere.example", "/")).Status);
    }
}
