using Mesh.FakeKube;
using Mesh.Istiod.Ca;
using Microsoft.AspNetCore.Http;

namespace Mesh.VmAgent.Tests.Joining;

/// <summary>Service accounts' tokens judged by an API server, as istiod has them judged (TokenReview for istio-ca).</summary>
internal sealed class ReviewedTokens(FakeKubeServer kube) : ICallerAuthenticator
{
    public ValueTask<IReadOnlyList<string>?> AuthenticateAsync(HttpContext call, CancellationToken cancellationToken)
    {
        var token = call.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal);
        IReadOnlyList<string>? names = kube.ReviewToken(token, ServiceAccountToken.Audience)?.Split(':') is ["system", "serviceaccount", var space, var name]
            ? [$"spiffe://cluster.local/ns/{space}/sa/{name}"] : null;
        return ValueTask.FromResult(names);
    }
}
