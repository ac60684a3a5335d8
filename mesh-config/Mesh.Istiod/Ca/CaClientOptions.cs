using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.Istiod.Ca;

/// <summary>How to reach a CA, istiod's or the local one, and how to prove who one is.</summary>
public sealed record CaClientOptions
{
    /// <summary>Host name or address and port to dial.</summary>
    public required DnsEndPoint Address { get; init; }

    /// <summary>Stands for the system's roots where a file of roots is asked for.</summary>
    public const string SystemRoots = "SYSTEM";

    /// <summary>
    /// PEM file with the roots the CA's serving certificate must chain to, read for every connection; or the PEM text itself; or
    /// <see cref="SystemRoots"/>.
    /// </summary>
    public required string RootFile { get; init; }

    /// <summary>File with the bearer token, read and trimmed for every call; null when there is only a client certificate.</summary>
    public string? TokenFile { get; init; }

    /// <summary>Where the bearer token is asked for in the place of <see cref="TokenFile"/>, when no certificate proves who we are; null: nowhere.</summary>
    public ITokenSource? Tokens { get; init; }

    /// <summary>SNI and the name the serving certificate must have; not necessarily the one dialled.</summary>
    public string ServerName { get; init; } = "istiod.istio-system.svc";

    /// <summary>Cluster the token belongs to (metadata <c>clusterid</c>); empty is the CA's own.</summary>
    public string ClusterId { get; init; } = "";

    /// <summary>Validity to ask for; zero leaves it to the CA.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// The certificate to renew with, asked for every connection: null, also when it has expired, sends none. A CA prefers it
    /// to the token.
    /// </summary>
    public Func<SslStreamCertificateContext?>? ClientCertificate { get; init; }

    /// <summary>For one attempt, connection included.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Addresses of <see cref="Address"/>, asked for every connection; null: the system's.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>>? Resolve { get; init; }

    /// <summary>
    /// Roots the CA itself gave with the last certificate: they are trusted besides the file, which nobody renews. Null, also when there
    /// are none.
    /// </summary>
    public Func<X509Certificate2Collection?>? ReceivedRoots { get; init; }

    /// <summary><c>NAMESPACE/NAME</c> that the token should be of, for messages; null: not known.</summary>
    public string? Account { get; init; }
}
