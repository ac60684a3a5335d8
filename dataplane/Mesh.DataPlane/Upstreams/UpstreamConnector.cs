using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Mesh.Config.Model;
using Mesh.DataPlane.Identity;
using Mesh.DataPlane.Tcp;

namespace Mesh.DataPlane.Upstreams;

/// <summary>
/// Opens connections to endpoints: TCP within the policy's connect timeout, then mesh mTLS where the endpoint wants it. Without an own
/// certificate or without expected identities no mTLS call is made.
/// </summary>
public sealed class UpstreamConnector
{
    private readonly IWorkloadIdentity identity;
    private readonly TimeProvider time;
    private readonly IPAddress? source;
    private readonly TcpKeepAlive keepAlive;

    /// <param name="source">
    /// Local address to dial from, so that a network's gateway is seen as a member of its network; null lets the system choose.
    /// </param>
    /// <param name="keepAlive">For what no DestinationRule says; null: the default.</param>
    public UpstreamConnector(IWorkloadIdentity identity, TimeProvider time, IPAddress? source = null, TcpKeepAlive? keepAlive = null)
    {
        this.keepAlive = keepAlive ?? TcpKeepAlive.Default;
        this.identity = identity;
        this.time = time;
        this.source = source;
    }

    /// <exception cref="UpstreamException">The connection could not be opened; nothing was sent to the application behind it.</exception>
    public async Task<UpstreamConnection> ConnectAsync(
        Upstream upstream,
        ProxyEndpoint endpoint,
        UpstreamProtocol protocol,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        ArgumentNullException.ThrowIfNull(endpoint);
        var security = upstream.SecurityOf(endpoint);
        // Decided before dialling: what may not be called must not even see a connection.
        var certificate = security == UpstreamSecurity.MeshMtls ? RequireIdentity(upstream) : null;
        if (security == UpstreamSecurity.Unsupported)
        {
            throw new UpstreamException(UpstreamFailure.Identity,
                $"{upstream.Key}: DestinationRule tls mode MUTUAL is not supported; use ISTIO_MUTUAL or SIMPLE");
        }

        using var timeout = new CancellationTokenSource(upstream.Policy.ConnectTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        Socket? socket = null;
        try
        {
            socket = await DialAsync(upstream, endpoint, linked.Token).ConfigureAwait(false);
            return await SecureAsync(socket, upstream, endpoint, security, certificate, protocol, linked.Token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            socket?.Dispose();
            if (error is UpstreamException || cancellationToken.IsCancellationRequested) throw;
            var id = EndpointId.Of(endpoint);
            if (timeout.IsCancellationRequested)
            {
                throw new UpstreamException(UpstreamFailure.Connect,
                    $"connecting to {id} took longer than {upstream.Policy.ConnectTimeout.TotalSeconds:0.###} s", error);
            }

            if (error is AuthenticationException or IOException)
            {
                throw new UpstreamException(UpstreamFailure.Tls, $"TLS handshake with {id} failed: {Reason(error)}", error);
            }

            throw new UpstreamException(UpstreamFailure.Connect, $"cannot connect to {id}: {error.Message}", error);
        }
    }

    /// <summary>Mesh handshakes explain themselves; for others the cause is in the inner exception.</summary>
    private static string Reason(Exception error) =>
        error is MeshTlsException || error.InnerException is null ? error.Message : error.InnerException.Message;

    private WorkloadCertificate RequireIdentity(Upstream upstream)
    {
        if (identity.Current is not { } certificate)
            throw new UpstreamException(UpstreamFailure.Identity, $"{upstream.Key}: this proxy has no certificate yet");
        if (upstream.ExpectedIdentities.IsDefaultOrEmpty)
        {
            throw new UpstreamException(UpstreamFailure.Identity,
                $"{upstream.Key}: no service account of its endpoints is known, so the server could not be verified");
        }

        return certificate;
    }

    private TcpKeepAlive KeepAliveOf(TcpKeepAlivePolicy? policy) => policy is null
        ? keepAlive
        : new TcpKeepAlive(policy.Time ?? keepAlive.Time, policy.Interval ?? keepAlive.Interval, policy.Probes ?? keepAlive.Probes);

    private async Task<Socket> DialAsync(Upstream upstream, ProxyEndpoint endpoint, CancellationToken cancellationToken)
    {
        // Host names are resolved by sources, not here: an endpoint without a literal address is a bug of the model or its input.
        if (!IPAddress.TryParse(endpoint.Address, out var address))
        {
            throw new UpstreamException(UpstreamFailure.Connect,
                $"{upstream.Key}: endpoint address '{endpoint.Address}' is not an IP address");
        }

        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            KeepAliveOf(upstream.Policy.TcpKeepAlive).Apply(socket);
            if (source is not null && source.AddressFamily == address.AddressFamily) socket.Bind(new IPEndPoint(source, 0));
            await socket.ConnectAsync(new IPEndPoint(address, endpoint.Port), cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<UpstreamConnection> SecureAsync(
        Socket socket,
        Upstream upstream,
        ProxyEndpoint endpoint,
        UpstreamSecurity security,
        WorkloadCertificate? certificate,
        UpstreamProtocol protocol,
        CancellationToken cancellationToken)
    {
        var plain = new NetworkStream(socket, ownsSocket: true);
        if (security == UpstreamSecurity.PlainText) return Connection(plain, null, default);

        if (security == UpstreamSecurity.MeshMtls)
        {
            var mesh = await MeshTls.ConnectAsync(
                plain, certificate!, upstream.Sni, upstream.ExpectedIdentities, MeshAlpnFor(protocol), cancellationToken).ConfigureAwait(false);
            return Connection(mesh, MeshTls.PeerId(mesh), mesh.NegotiatedApplicationProtocol);
        }

        var tls = new SslStream(plain, leaveInnerStreamOpen: false);
        await tls.AuthenticateAsClientAsync(ExternalOptions(upstream, protocol), cancellationToken).ConfigureAwait(false);
        return Connection(tls, null, tls.NegotiatedApplicationProtocol);

        UpstreamConnection Connection(Stream stream, SpiffeId? peer, SslApplicationProtocol alpn) => new()
        {
            Stream = stream,
            Socket = socket,
            Local = socket.LocalEndPoint!,
            Remote = socket.RemoteEndPoint ?? IPEndPoint.Parse(EndpointId.Of(endpoint).ToString()),
            Peer = peer,
            Alpn = alpn,
        };
    }

    private static SslClientAuthenticationOptions ExternalOptions(Upstream upstream, UpstreamProtocol protocol)
    {
        var isMeshName = upstream.Sni.StartsWith("outbound_.", StringComparison.Ordinal);
        return new SslClientAuthenticationOptions
        {
            TargetHost = isMeshName ? upstream.Key.Host : upstream.Sni,
            ApplicationProtocols = protocol switch
            {
                UpstreamProtocol.Http1 => [SslApplicationProtocol.Http11],
                UpstreamProtocol.Http2 => [SslApplicationProtocol.Http2],
                _ => null,
            },
        };
    }

    private static IReadOnlyList<SslApplicationProtocol> MeshAlpnFor(UpstreamProtocol protocol) => protocol switch
    {
        UpstreamProtocol.Http1 => MeshAlpn.OfferHttp11,
        UpstreamProtocol.Http2 => MeshAlpn.OfferHttp2,
        _ => MeshAlpn.OfferTcp,
    };
}
