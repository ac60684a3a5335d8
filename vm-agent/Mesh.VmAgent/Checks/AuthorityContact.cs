using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.Hosting.Networking;
using Mesh.Istiod.Ca;
using Mesh.VmAgent.Bootstrap;
using Mesh.VmAgent.Bundle;

namespace Mesh.VmAgent.Checks;

/// <summary>What comes of calling the CA: its addresses, its certificate, or how far one gets.</summary>
internal sealed record AuthorityContact
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    public IReadOnlyList<IPAddress> Addresses { get; private init; } = [];

    /// <summary>Why the name gives no address; null when it does.</summary>
    public string? NameProblem { get; private init; }

    /// <summary>Why no connection, or no trusted one, came about; null when one did.</summary>
    public string? Problem { get; private init; }

    /// <summary>Life of the CA's own certificate; null when it was not seen.</summary>
    public (DateTimeOffset From, DateTimeOffset To)? Life { get; private init; }

    public static async Task<AuthorityContact> MakeAsync(AgentSettings settings, TimeProvider time, CancellationToken cancellationToken)
    {
        var host = settings.Identity.Authority!;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        var contact = new AuthorityContact();
        try
        {
            var resolve = HostsFile.ResolverOf(settings.HostsFile) ?? Dns.GetHostAddressesAsync;
            contact = contact with { Addresses = await resolve(host.Host, deadline.Token).ConfigureAwait(false) };
        }
        catch (Exception exception) when (exception is System.Net.Sockets.SocketException or OperationCanceledException)
        {
            return contact with { NameProblem = exception.Message, Problem = "its name is not known" };
        }

        X509Certificate2? seen = null;
        var chainProblem = "";
        try
        {
            var dialer = new HostDialer(time, (_, _) => Task.FromResult(contact.Addresses.ToArray()));
            var stream = await dialer.ConnectAsync(host, deadline.Token).ConfigureAwait(false);
            var tls = new SslStream(stream);
            await using (tls.ConfigureAwait(false))
            {
                await tls.AuthenticateAsClientAsync(
                    new SslClientAuthenticationOptions
                    {
                        TargetHost = settings.CaServerName,
                        CertificateChainPolicy = Trust(settings.CaRoot!),
                        ApplicationProtocols = [SslApplicationProtocol.Http2],
                        RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                        {
                            if (certificate is not null) seen = new X509Certificate2(certificate);
                            chainProblem = $"{errors} {string.Join(", ", chain?.ChainStatus.Select(status => status.Status.ToString()) ?? [])}".Trim();
                            return errors == SslPolicyErrors.None;
                        },
                    },
                    deadline.Token).ConfigureAwait(false);
            }
        }
        catch (AuthenticationException)
        {
            contact = contact with { Problem = seen is null ? "it does not speak TLS" : $"its certificate is not trusted for {settings.CaServerName}: {chainProblem}" };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            contact = contact with { Problem = exception.Message };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            contact = contact with { Problem = $"no answer within {Deadline.TotalSeconds} s" };
        }

        using (seen) return contact with { Life = seen is null ? null : (seen.NotBefore, seen.NotAfter) };
    }

    private static X509ChainPolicy Trust(string rootFile)
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (rootFile == CaClientOptions.SystemRoots) return policy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        if (RootCertificates.IsText(rootFile)) policy.CustomTrustStore.ImportFromPem(rootFile);
        else policy.CustomTrustStore.ImportFromPemFile(rootFile);
        return policy;
    }
}
