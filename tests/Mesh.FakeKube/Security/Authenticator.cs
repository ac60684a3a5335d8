using System.Collections.Concurrent;
using System.Security.Cryptography;
using Mesh.FakeKube.Api;

namespace Mesh.FakeKube.Security;

/// <summary>Finds out who asks: bearer token (static or of a service account) or client certificate. There are no anonymous requests.</summary>
internal sealed class Authenticator(ClusterState cluster)
{
    private readonly ConcurrentDictionary<string, KubeUser> tokens = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, KubeUser> roles = new(StringComparer.Ordinal);

    /// <summary>A token of <c>system:masters</c>.</summary>
    public string AdminToken { get; private set; } = "";

    public void CreateAdmin()
    {
        AdminToken = NewToken();
        tokens[AdminToken] = KubeUser.Authenticated("kubernetes-admin", [KubeUser.Masters]);
    }

    public string Add(string user, IEnumerable<string> groups, string? token = null)
    {
        token ??= NewToken();
        tokens[token] = KubeUser.Authenticated(user, groups);
        return token;
    }

    public void Revoke(string token) => tokens.TryRemove(token, out _);

    /// <exception cref="StatusException">401</exception>
    public KubeUser Authenticate(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return UserOf(header["Bearer ".Length..].Trim()) ?? throw StatusException.Unauthorized();
        return context.Connection.ClientCertificate is { } certificate && cluster.Certificates.UserOf(certificate) is { } user
            ? user
            : throw StatusException.Unauthorized();
    }

    public KubeUser? UserOf(string token, string? audience = null) =>
        tokens.TryGetValue(token, out var user) ? user : EksToken.KeyOf(token) is { } key ? roles.GetValueOrDefault(key) : cluster.Tokens.UserOf(token, audience);

    /// <summary>From now on tokens that this AWS key signed are of the user, as an access entry of EKS says it.</summary>
    public void MapAwsKey(string accessKeyId, string? user, IEnumerable<string> groups)
    {
        if (user is null) roles.TryRemove(accessKeyId, out _);
        else roles[accessKeyId] = KubeUser.Authenticated(user, groups);
    }

    private static string NewToken() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
