using System.Net;
using System.Net.Security;
using Mesh.Istiod.Ca;

namespace Mesh.Istiod.Xds;

/// <summary>How to reach istiod's discovery service, and how to prove who one is.</summary>
public sealed record AdsClientOptions
{
    /// <summary>Host name or address and port to dial; a name is resolved anew for every connection.</summary>
    public required DnsEndPoint Address { get; init; }

    /// <summary>PEM file with the roots that istiod's serving certificate must chain to, read for every connection; or the PEM text itself.</summary>
    public required string RootFile { get; init; }

    /// <summary>File with the bearer token, read for every stream; null when there is only a client certificate.</summary>
    public string? TokenFile { get; init; }

    /// <summary>Where the bearer token is asked for in the place of <see cref="TokenFile"/>, when no certificate proves who we are; null: nowhere.</summary>
    public ITokenSource? Tokens { get; init; }

    /// <summary>Whether there is something to prove oneself with besides a certificate.</summary>
    internal bool HasToken => TokenFile is not null || Tokens is not null;

    /// <summary>The workload's own certificate, asked for every connection; null when there is none, or it has expired.</summary>
    public Func<SslStreamCertificateContext?>? ClientCertificate { get; init; }

    /// <summary>SNI and the name the serving certificate must have; not necessarily the one dialled.</summary>
    public string ServerName { get; init; } = "istiod.istio-system.svc";

    /// <summary>Cluster the token belongs to (metadata <c>clusterid</c>); empty is istiod's own.</summary>
    public string ClusterId { get; init; } = "";

    public AdsProtocol Protocol { get; init; } = AdsProtocol.Delta;

    /// <summary>From a host name to addresses, for every connection; null asks the system.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>>? Resolve { get; init; }

    /// <summary>For all addresses together; one that is dead costs only a moment.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From the first request to the first response; a stream that says nothing for longer is given up.</summary>
    public TimeSpan FirstResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Silence after which the connection is probed. istiod ends connections that are probed more often than every 15 s.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Without an answer to a probe for this long the connection is dead.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>First wait after an end that does not pass by itself; doubled from time to time, up to the twelvefold.</summary>
    public TimeSpan SlowRetry { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>One response, in bytes: those of a large mesh have tens of megabytes.</summary>
    public int MaxResponseBytes { get; init; } = 200 * 1024 * 1024;
}
