using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Hosting.Networking;
using Mesh.Istiod.Protos;

namespace Mesh.Istiod.Ca;

/// <summary>Asks a CA for certificates as Istio's own agent does. Thread-safe.</summary>
/// <remarks>
/// Every attempt has a connection of its own: calls are hours apart, and root, token and client certificate may have been
/// replaced in between. Source: istio security/pkg/nodeagent/caclient/providers/citadel/client.go, pkg/security/retry.go.
/// </remarks>
public sealed class CaClient(CaClientOptions options, TimeProvider time, Random? random = null)
{
    /// <summary>Attempts in all.</summary>
    public const int Attempts = 5;

    private const double Jitter = 0.1;
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(100);

    private readonly Random jitter = random ?? Random.Shared;
    private readonly HostDialer dialer = new(time, options.Resolve);

    /// <summary>PEM blocks: leaf, intermediates, and last one element with all roots.</summary>
    /// <exception cref="CaClientException">Refused, not reachable after <see cref="Attempts"/>, or files unreadable.</exception>
    public async Task<IReadOnlyList<string>> CreateCertificateAsync(string csrPem, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var certificate = CertificateFor(attempt);
            try
            {
                return await TryOnceAsync(csrPem, certificate, cancellationToken).ConfigureAwait(false);
            }
            catch (RpcException exception)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (attempt >= Attempts || !(IsRetriable(exception.StatusCode) || IsOtherProofLeft(exception.StatusCode, attempt, certificate is not null)))
                    throw Explain(exception, attempt);
            }

            var backoff = FirstBackoff * Math.Pow(2, attempt - 1) * (1 + Jitter * (2 * jitter.NextDouble() - 1));
            await Task.Delay(backoff, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsRetriable(StatusCode code) => code is StatusCode.Cancelled or StatusCode.DeadlineExceeded
        or StatusCode.ResourceExhausted or StatusCode.Aborted or StatusCode.Internal or StatusCode.Unavailable;

    /// <summary>
    /// Every other attempt goes without the certificate where there is a token: a CA that was set up anew ends the connection
    /// of anybody who comes with a certificate of the old one, so the certificate alone would keep us out until it expires.
    /// </summary>
    private SslStreamCertificateContext? CertificateFor(int attempt) =>
        attempt % 2 == 1 || !HasToken() ? options.ClientCertificate?.Invoke() : null;

    /// <summary>Of certificate and token one was refused and the other was not tried yet, or got no answer before.</summary>
    private bool IsOtherProofLeft(StatusCode code, int attempt, bool wasCertificate) =>
        code == StatusCode.Unauthenticated && HasToken() && options.ClientCertificate?.Invoke() is not null && (attempt == 1 || !wasCertificate);

    private bool HasToken() => options.Tokens is not null || (options.TokenFile is { } file && File.Exists(file));

    private async Task<IReadOnlyList<string>> TryOnceAsync(
        string csrPem, SslStreamCertificateContext? certificate, CancellationToken cancellationToken)
    {
        var token = await TokenAsync(isNeeded: certificate is null, cancellationToken).ConfigureAwait(false);
        var headers = HeadersOf(token);
        using var handler = await HandlerAsync(certificate, cancellationToken).ConfigureAwait(false);
        using var channel = GrpcChannel.ForAddress(
            $"https://{options.ServerName}:{options.Address.Port}", new GrpcChannelOptions { HttpHandler = handler });
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        attempt.CancelAfter(options.AttemptTimeout);

        var request = new IstioCertificateRequest
        {
            Csr = csrPem,
            ValidityDuration = (long)options.Ttl.TotalSeconds,
            Metadata = new Struct { Fields = { ["CertSigner"] = Value.ForString("") } },
        };
        IstioCertificateResponse response;
        try
        {
            response = await new IstioCertificateService.IstioCertificateServiceClient(channel)
                .CreateCertificateAsync(request, headers, cancellationToken: attempt.Token).ConfigureAwait(false);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Unauthenticated && token is not null && options.Tokens is { } source)
        {
            source.Reject();
            throw;
        }

        return response.CertChain.Count > 1
            ? [.. response.CertChain]
            : throw new CaClientException($"the CA at {Name()} answered with {response.CertChain.Count} certificates; leaf and root are needed");
    }

    private Metadata HeadersOf(string? token)
    {
        var headers = new Metadata();
        if (options.ClusterId.Length > 0) headers.Add("clusterid", options.ClusterId);
        if (token is not null) headers.Add("authorization", $"Bearer {token}");
        return headers;
    }

    /// <summary>Null when none is to be sent.</summary>
    private async Task<string?> TokenAsync(bool isNeeded, CancellationToken cancellationToken)
    {
        if (options.Tokens is { } source) return isNeeded ? await FetchAsync(source, cancellationToken).ConfigureAwait(false) : null;
        if (options.TokenFile is null) return null;
        // Once a certificate is there the token is not needed any more, and may be gone.
        if (!isNeeded && !File.Exists(options.TokenFile)) return null;
        var token = (await ReadAsync(options.TokenFile, "token", cancellationToken).ConfigureAwait(false)).Trim();
        if (token.Length > 0) return token;
        return isNeeded ? throw new CaClientException($"the token file {options.TokenFile} is empty; put the service account's token there") : null;
    }

    private static async Task<string> FetchAsync(ITokenSource source, CancellationToken cancellationToken)
    {
        try
        {
            return await source.GetAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw new CaClientException(exception.Message, null, exception);
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "Given to the caller.")]
    private async Task<SocketsHttpHandler> HandlerAsync(
        SslStreamCertificateContext? certificate, CancellationToken cancellationToken)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = options.RootFile == CaClientOptions.SystemRoots ? X509ChainTrustMode.System : X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        if (policy.TrustMode == X509ChainTrustMode.CustomRootTrust) await AddRootsAsync(policy.CustomTrustStore, cancellationToken).ConfigureAwait(false);
        return new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            ConnectTimeout = options.AttemptTimeout,
            // The URL names the server that is expected, which SNI and verification follow; dialled is what was configured.
            ConnectCallback = async (_, token) => await dialer.ConnectAsync(options.Address, token).ConfigureAwait(false),
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = policy,
                ClientCertificateContext = certificate,
                AllowTlsResume = false,
            },
        };
    }

    private async Task AddRootsAsync(X509Certificate2Collection roots, CancellationToken cancellationToken)
    {
        var pem = RootCertificates.IsText(options.RootFile)
            ? options.RootFile : await ReadAsync(options.RootFile, "root", cancellationToken).ConfigureAwait(false);
        var name = RootCertificates.NameOf(options.RootFile);
        try
        {
            roots.ImportFromPem(pem);
        }
        catch (CryptographicException exception)
        {
            throw new CaClientException($"the root file {name} holds no usable PEM certificate: {exception.Message}", null, exception);
        }

        if (roots.Count == 0)
            throw new CaClientException($"the root file {name} holds no PEM certificate; put the CA's root-cert.pem there");
        if (options.ReceivedRoots?.Invoke() is { } received) roots.AddRange(received);
    }

    private static async Task<string> ReadAsync(string path, string what, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CaClientException($"cannot read the {what} file {path}: {exception.Message}", null, exception);
        }
    }

    private CaClientException Explain(RpcException exception, int attempts)
    {
        var remedy = exception.StatusCode switch
        {
            StatusCode.Unauthenticated when TokenProblem() is { } problem => $"; in {options.TokenFile}: {problem}",
            StatusCode.Unauthenticated => $"; check that {options.Tokens?.Origin ?? options.TokenFile ?? "the client certificate"} is of a service account known to this CA",
            StatusCode.PermissionDenied => $"; the CA knows this account and gives it no certificate: see its log, and whether {options.Account ?? "the account"} may be used here",
            StatusCode.InvalidArgument => "; the CA does not take the request: compare trust domain, kind of key and validity with what it allows",
            StatusCode.Unimplemented => "; this is not a CA's port; istiod's is 15012",
            StatusCode.Unavailable or StatusCode.Internal => $"; check that it runs, that {RootCertificates.NameOf(options.RootFile)} is its root, and that it serves {options.ServerName}",
            _ => "",
        };
        var cause = exception.InnerException?.InnerException?.Message ?? exception.InnerException?.Message;
        var detail = cause is null ? exception.Status.Detail : $"{exception.Status.Detail} {cause}";
        return new CaClientException(
            $"the CA at {Name()} gave no certificate after {attempts} attempt(s): {exception.StatusCode} {detail}{remedy}", exception.StatusCode, exception);
    }

    /// <summary>Why the token may have been refused, as far as it can be told from here.</summary>
    private string? TokenProblem()
    {
        try
        {
            return options.TokenFile is { } file ? ServiceAccountToken.Read(File.ReadAllText(file))?.Problem(time.GetUtcNow(), options.Account) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string Host() => options.Address.Host.Contains(':', StringComparison.Ordinal) ? $"[{options.Address.Host}]" : options.Address.Host;

    private string Name() => $"{Host()}:{options.Address.Port}";
}
