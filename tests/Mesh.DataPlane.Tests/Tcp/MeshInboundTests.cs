using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Grpc.Net.Client;
using Mesh.Config.Model;
using Mesh.DataPlane.Tcp;
using Mesh.DataPlane.Tests.Support;
using Mesh.Hosting.AccessLogs;

namespace Mesh.DataPlane.Tests.Tcp;

public sealed class MeshInboundTests : IAsyncLifetime
{
    private readonly TestPki pki = new();
    private EchoBackend backend = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => backend = await EchoBackend.StartAsync();

    public ValueTask DisposeAsync() => backend.DisposeAsync();

    [Fact(Timeout = 240_000)]
    public async Task A_client_without_a_certificate_is_refused()
    {
        await using var sidecar = await SidecarAsync();
        await HandshakeAsync(sidecar.Port);
        Assert.Contains("no client certificate", await RefusalAsync(sidecar), StringComparison.Ordinal);
    }

    [Fact(Timeout = 240_000)]
    public async Task Plain_text_is_refused_under_STRICT_and_served_under_PERMISSIVE()
    {
        using var http = new HttpClient();
        await using var strict = await SidecarAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri(strict.Address), Stop));
        Assert.Equal("plain text where mTLS is required", await RefusalAsync(strict));

        await using var permissive = await MeshProxy.StartSidecarAsync(
            new FixedIdentity(pki.Workload("payments")), backend.Port, MtlsMode.Permissive);
        using var response = await http.GetAsync(new Uri(permissive.Address), Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Null((await permissive.Log.NextAsync(_ => true)).DownstreamPeerUriSan);
        await MeshCallAsync(permissive, pki.Workload("gateway"));
    }

    [Fact(Timeout = 240_000)]
    public async Task An_expired_certificate_is_refused()
    {
        await using var sidecar = await SidecarAsync();
        var expired = pki.Workload("gateway", notAfter: DateTimeOffset.UtcNow.AddHours(-1));
        await Assert.ThrowsAnyAsync<Exception>(() => MeshCallAsync(sidecar, expired));
        Assert.Contains("expired", await RefusalAsync(sidecar), StringComparison.Ordinal);
    }

    [Fact(Timeout = 240_000)]
    public async Task A_certificate_of_another_mesh_is_refused()
    {
        await using var sidecar = await SidecarAsync();
        var foreign = new TestPki("another root").Workload("gateway");
        await Assert.ThrowsAnyAsync<Exception>(() => MeshCallAsync(sidecar, foreign));
        // The client does not trust the server either; whoever speaks first, nothing is served.
        Assert.NotEmpty(await RefusalAsync(sidecar));
        Assert.Empty(backend.Requests);
    }

    [Fact(Timeout = 240_000)]
    public async Task An_SNI_that_is_not_admitted_is_refused_before_the_handshake()
    {
        await using var sidecar = await MeshProxy.StartSidecarAsync(
            new FixedIdentity(pki.Workload("payments")), backend.Port, admit: hello => InboundVerdict.Refuse($"unknown service {hello?.ServerName}"));
        await Assert.ThrowsAnyAsync<Exception>(() => MeshCallAsync(sidecar, pki.Workload("gateway")));
        Assert.Equal($"unknown service {Meshes.Key.Sni}", await RefusalAsync(sidecar));
    }

    [Fact(Timeout = 240_000)]
    public async Task A_proxy_without_a_certificate_accepts_nobody_until_it_has_one()
    {
        var identity = new FixedIdentity(null);
        await using var sidecar = await MeshProxy.StartSidecarAsync(identity, backend.Port);
        await Assert.ThrowsAnyAsync<Exception>(() => MeshCallAsync(sidecar, pki.Workload("gateway")));
        Assert.Equal("this proxy has no certificate yet", await RefusalAsync(sidecar));
        identity.Replace(pki.Workload("payments"));
        await MeshCallAsync(sidecar, pki.Workload("gateway"));
    }

    [Fact(Timeout = 240_000)]
    public async Task A_connection_that_says_nothing_and_closes_leaves_no_line()
    {
        await using var sidecar = await SidecarAsync();
        using (var socket = new TcpClient()) await socket.ConnectAsync(IPAddress.Loopback, sidecar.Port, Stop);
        await MeshCallAsync(sidecar, pki.Workload("gateway"));
        Assert.DoesNotContain(sidecar.Log.Entries, line => line.Kind == AccessLogKind.Refused);
    }

    [Fact(Timeout = 240_000)]
    public async Task Half_closed_connections_carry_the_rest_of_the_other_direction()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var (client, left) = await PairAsync(listener);
        var (right, server) = await PairAsync(listener);
        var splice = TcpSplice.RunAsync(left, right, Stop);
        client.Send("question"u8);
        client.Shutdown(SocketShutdown.Send);
        var buffer = new byte[100];
        Assert.Equal(8, await server.ReceiveAsync(buffer, Stop));
        Assert.Equal(0, await server.ReceiveAsync(buffer, Stop));
        server.Send("the answer"u8);
        server.Close();
        Assert.Equal(10, await client.ReceiveAsync(buffer, Stop));
        Assert.Equal(0, await client.ReceiveAsync(buffer, Stop));
        Assert.Equal(new SpliceResult(8, 10, null), await splice);
    }

    private static async Task<(Socket Dialled, Socket Accepted)> PairAsync(TcpListener listener)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var accepting = listener.AcceptSocketAsync(Stop);
        await socket.ConnectAsync(listener.LocalEndpoint, Stop);
        return (socket, await accepting);
    }

    private static async Task<string> RefusalAsync(MeshProxy proxy)
    {
        var line = await proxy.Log.NextAsync(entry => entry.Kind == AccessLogKind.Refused);
        Assert.NotNull(line.DownstreamRemoteAddress);
        Assert.Single(proxy.Log.Entries, entry => entry.Kind == AccessLogKind.Refused);
        return line.ResponseCodeDetails!;
    }

    /// <summary>As openssl s_client without -cert: the refusal may come at the first read (TLS 1.3).</summary>
    private async Task HandshakeAsync(int port)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, port, Stop);
        await using var tls = new SslStream(socket.GetStream());
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = Meshes.Key.Sni,
            CertificateChainPolicy = pki.ChainPolicy(),
            RemoteCertificateValidationCallback = (_, _, _, errors) => errors == SslPolicyErrors.RemoteCertificateNameMismatch,
            ApplicationProtocols = [new("istio")],
        };
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await tls.AuthenticateAsClientAsync(options, Stop);
            if (await tls.ReadAsync(new byte[1], Stop) == 0) throw new IOException("closed");
        });
    }

    private async Task MeshCallAsync(MeshProxy sidecar, Mesh.DataPlane.Identity.WorkloadCertificate certificate)
    {
        var directory = new FakeDirectory();
        directory.Set(Meshes.Upstream("payments", [Meshes.Endpoint(sidecar.Port)]));
        await using var client = await MeshProxy.StartClientSideAsync(
            new FixedIdentity(certificate), directory, new FakeRoutes().Add("/", Meshes.Route()));
        using var channel = GrpcChannel.ForAddress(client.Address);
        await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest { Text = "x" }, cancellationToken: Stop);
    }

    private Task<MeshProxy> SidecarAsync() => MeshProxy.StartSidecarAsync(new FixedIdentity(pki.Workload("payments")), backend.Port);
}
