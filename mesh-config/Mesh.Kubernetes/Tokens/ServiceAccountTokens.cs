using System.Net;
using System.Text.Json;
using Mesh.Config.Sources;
using Mesh.Hosting;
using Mesh.Kubernetes.Access;
using Mesh.Kubernetes.Api;
using Mesh.Kubernetes.Writing;

namespace Mesh.Kubernetes.Tokens;

/// <summary>
/// Tokens of one service account, asked of the API server (TokenRequest) with whatever proves who this machine is, such as its AWS role.
/// They are kept in memory only, and replaced well before they expire. Thread-safe.
/// </summary>
public sealed class ServiceAccountTokens : IDisposable
{
    /// <summary>Share of its life after which a token is replaced.</summary>
    private const double RenewalShare = 0.8;

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly ClusterAccess _access;
    private readonly KubeWriter _writer;
    private readonly RenewedCredentials _tokens;
    private readonly string _space;
    private readonly string _account;
    private volatile ClusterCredentials? _given;

    /// <param name="audience">Who is to accept the tokens.</param>
    public ServiceAccountTokens(ClusterAccess access, string space, string account, string audience, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        (_access, _space, _account) = (access, space, account);
        _writer = new KubeWriter(access, time);
        _tokens = new RenewedCredentials(
            async cancellationToken =>
            {
                var asked = time.GetUtcNow();
                var (token, endsAt) = await FetchAsync(audience, cancellationToken).ConfigureAwait(false);
                return (ClusterCredentials.Bearer(token), asked + (endsAt - asked) * RenewalShare, endsAt);
            },
            time);
    }

    /// <summary>Where tokens are asked for, for messages.</summary>
    public string Place => $"API server {_access.Server}";

    /// <param name="option">Name of the option that names the server, for the message.</param>
    /// <exception cref="StartupException">A kubeconfig does not say how to reach it.</exception>
    public static ServiceAccountTokens Open(ApiServerSpec server, string option, string space, string account, string audience, TimeProvider time)
    {
        try
        {
            return new ServiceAccountTokens(ApiServerAccess.Open(server, time), space, account, audience, time);
        }
        catch (ClusterAccessException e)
        {
            throw new StartupException($"--{option} {server}: {e.Message}", ExitCodes.Failed, e);
        }
    }

    /// <summary>One that has not expired.</summary>
    /// <exception cref="IOException">There is none; the message says what to do.</exception>
    public async ValueTask<string> GetAsync(CancellationToken cancellationToken)
    {
        try
        {
            _given = await _tokens.GetAsync(cancellationToken).ConfigureAwait(false);
            return TokenOf(_given);
        }
        catch (ClusterAccessException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    /// <summary>The token given last was refused: another one is asked for next time.</summary>
    public void Reject()
    {
        if (_given is { } given) _tokens.Reject(given);
    }

    public void Dispose()
    {
        _tokens.Dispose();
        _writer.Dispose();
    }

    private static string TokenOf(ClusterCredentials credentials) => credentials.Authorization!["Bearer ".Length..];

    private async Task<(string Token, DateTimeOffset EndsAt)> FetchAsync(string audience, CancellationToken cancellationToken)
    {
        try
        {
            return await _writer.CreateTokenAsync(_space, _account, [audience], Lifetime, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException e)
        {
            throw new ClusterAccessException($"{Place} gives no token of {_space}/{_account}: {e.Message}{RemedyOf(e.Code)}", e);
        }
        catch (Exception e) when (e is ClusterAccessException or HttpRequestException or TimeoutException or JsonException)
        {
            throw new ClusterAccessException($"no token of {_space}/{_account} from {Place}: {e.Message}", e);
        }
    }

    private string RemedyOf(HttpStatusCode code) => code switch
    {
        HttpStatusCode.Unauthorized =>
            "; the cluster does not know who asks: map this machine's AWS role to a group, with aws eks create-access-entry or in ConfigMap kube-system/aws-auth",
        HttpStatusCode.Forbidden => $"; apply manifests/rbac/vm-token.yaml and bind it in namespace {_space} to the group of this machine's AWS role",
        HttpStatusCode.NotFound => $"; make it: kubectl create serviceaccount {_account} -n {_space}",
        _ => "",
    };
}
