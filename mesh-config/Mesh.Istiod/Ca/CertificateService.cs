using Grpc.Core;
using Mesh.Istiod.Protos;
using Microsoft.Extensions.Logging;

namespace Mesh.Istiod.Ca;

/// <summary><c>istio.v1.auth.IstioCertificateService</c> with the codes and texts that were recorded from istiod.</summary>
internal sealed partial class CertificateService(
    CertificateAuthority authority,
    IEnumerable<ICallerAuthenticator> authenticators,
    CaServerOptions options,
    ILogger<CertificateService> log) : IstioCertificateService.IstioCertificateServiceBase
{
    private const string ClusterHeader = "clusterid";
    private const string ImpersonationKey = "ImpersonatedIdentity";

    public override async Task<IstioCertificateResponse> CreateCertificate(
        IstioCertificateRequest request, ServerCallContext context)
    {
        var identities = await AuthenticateAsync(context).ConfigureAwait(false);
        if (identities is null)
        {
            // One text for every reason: the caller learns nothing, the log has it.
            LogRefused(context.Peer);
            throw new RpcException(new Status(StatusCode.Unauthenticated, "request authenticate failure"));
        }

        if (Impersonates(request))
        {
            LogImpersonation(identities[0], context.Peer);
            throw new RpcException(new Status(StatusCode.Unauthenticated, "request impersonation authentication failure"));
        }

        try
        {
            var response = new IstioCertificateResponse();
            response.CertChain.AddRange(authority.Issue(request.Csr, identities, request.ValidityDuration));
            LogIssued(identities[0], context.Peer);
            return response;
        }
        catch (CaException exception)
        {
            LogBadRequest(identities[0], context.Peer, exception.Message);
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"CSR signing error ({exception.Message})"));
        }
    }

    private async Task<IReadOnlyList<string>?> AuthenticateAsync(ServerCallContext context)
    {
        var call = context.GetHttpContext();
        foreach (var authenticator in authenticators)
        {
            // A token is judged for the cluster it is said to be of; a certificate needs no cluster.
            if (authenticator is not ClientCertificateAuthenticator && !IsKnownCluster(context.RequestHeaders)) continue;
            if (await authenticator.AuthenticateAsync(call, context.CancellationToken).ConfigureAwait(false) is { Count: > 0 } identities)
                return identities;
        }

        return null;
    }

    private bool IsKnownCluster(Metadata headers)
    {
        var clusters = headers.GetAll(ClusterHeader).Select(entry => entry.Value).ToArray();
        if (options.Clusters.Count == 0 || clusters is [] or [""]) return true;
        return clusters is [var only] && options.Clusters.Contains(only);
    }

    private static bool Impersonates(IstioCertificateRequest request) =>
        request.Metadata?.Fields.TryGetValue(ImpersonationKey, out var value) == true && value.StringValue.Length > 0;

    [LoggerMessage(1, LogLevel.Information, "issued a certificate for {Identity} to {Peer}")]
    private partial void LogIssued(string identity, string peer);

    [LoggerMessage(2, LogLevel.Warning, "refused {Peer}: neither a client certificate of this CA nor a known token for a known cluster; check its token file")]
    private partial void LogRefused(string peer);

    [LoggerMessage(3, LogLevel.Warning, "refused {Identity} at {Peer}: asked for another identity (impersonation is not supported)")]
    private partial void LogImpersonation(string identity, string peer);

    [LoggerMessage(4, LogLevel.Warning, "refused the request of {Identity} at {Peer}: {Reason}")]
    private partial void LogBadRequest(string identity, string peer, string reason);
}
