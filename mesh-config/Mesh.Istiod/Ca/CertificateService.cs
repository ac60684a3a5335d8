using Grpc.Core;
using Mesh.Istiod.Protos;
using Microsoft.Extensions.Logging;

namespace Mesh.Istiod.Ca;

/// <summary><c>istio.v1.auth.IstioCertificateService</c> with the codes and texts that were recorded from istiod.</summary>
internal sealed class CertificateService(
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
            log.CallerRefused(context.Peer);
            throw new RpcException(new Status(StatusCode.Unauthenticated, "request authenticate failure"));
        }

        if (Impersonates(request))
        {
            log.ImpersonationRefused(identities[0], context.Peer);
            throw new RpcException(new Status(StatusCode.Unauthenticated, "request impersonation authentication failure"));
        }

        try
        {
            var response = new IstioCertificateResponse();
            response.CertChain.AddRange(authority.Issue(request.Csr, identities, request.ValidityDuration));
            log.CertificateIssued(identities[0], context.Peer);
            return response;
        }
        catch (CaException exception)
        {
            log.RequestRefused(identities[0], context.Peer, exception.Message);
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
}
