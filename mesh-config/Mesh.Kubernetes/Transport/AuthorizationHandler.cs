using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using Mesh.Kubernetes.Access;

namespace Mesh.Kubernetes.Transport;

/// <summary>Puts the credentials on requests; a 401 asks for new ones.</summary>
internal sealed class AuthorizationHandler(ClusterAccess access) : DelegatingHandler
{
    private static readonly ProductInfoHeaderValue Product = new("mesh", typeof(AuthorizationHandler).Assembly.GetName().Version?.ToString(3) ?? "0");

    /// <summary>Certificate of the latest credentials, for handshakes.</summary>
    public X509Certificate2? Certificate { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var credentials = await access.Credentials.GetAsync(cancellationToken).ConfigureAwait(false);
        Certificate = credentials.Certificate;
        request.Headers.UserAgent.Add(Product);
        // What SocketsHttpHandler asks for by SNI, and checks, is the host of the request.
        if (access.TlsServerName is { } name) request.Headers.Host = name;
        if (credentials.Authorization is { } authorization) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        if (access.ImpersonatedUser is { } user)
        {
            request.Headers.TryAddWithoutValidation("Impersonate-User", user);
            foreach (var group in access.ImpersonatedGroups) request.Headers.TryAddWithoutValidation("Impersonate-Group", group);
        }

        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        // Whoever called tries again by its own rules: a body that was sent cannot always be sent twice.
        if (response.StatusCode == HttpStatusCode.Unauthorized) access.Credentials.Reject(credentials);
        return response;
    }
}
