using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.DataPlane.Tests.Support;

namespace Mesh.Gateway.Tests.Connections;

/// <summary>Who gets in at the servers of an HTTPS port, and which certificate is shown; asked with curl and openssl.</summary>
public sealed class ServerTlsTests(TlsMesh mesh) : IClassFixture<TlsMesh>
{
    private string Files => $"serverCertificate: {mesh.Edge.Gateway.Certificates}/tls.crt, privateKey: {mesh.Edge.Gateway.Certificates}/tls.key";

    [Fact(Timeout = 240_000)]
    public async Task The_certificate_is_that_of_the_most_specific_server()
    {
        mesh.WriteSecret("exact", "a.names.test");
        mesh.WriteSecret("wild", "wild.names.test");
        await mesh.AddServerAsync("*.names.test", "mode: SIMPLE, credentialName: wild", "wild.names.test");
        await mesh.AddServerAsync("a.names.test", "mode: SIMPLE, credentialName: exact");
        Assert.Contains("CN = a.names.test", await mesh.OpenSslAsync("-servername a.names.test"), StringComparison.Ordinal);
        Assert.Contains("CN = wild.names.test", await mesh.OpenSslAsync("-servername b.names.test"), StringComparison.Ordinal);
        Assert.Contains("CN = edge.example.com", await mesh.OpenSslAsync("-servername elsewhere.test"), StringComparison.Ordinal);
        Assert.Contains("CN = edge.example.com", await mesh.OpenSslAsync("-noservername"), StringComparison.Ordinal);
        Assert.Equal(200, await mesh.CurlAsync("a.names.test"));
    }

    [Fact(Timeout = 240_000)]
    public async Task Versions_of_TLS_and_protocols_inside_are_negotiated_as_the_server_says()
    {
        mesh.WriteSecret("versions", "versions.test");
        await mesh.AddServerAsync("versions.test", "mode: SIMPLE, credentialName: versions, maxProtocolVersion: TLSV1_2");
        Assert.Contains("TLSv1.2", await mesh.OpenSslAsync("-servername versions.test"), StringComparison.Ordinal);
        Assert.Contains("Cipher is (NONE)", await mesh.OpenSslAsync("-servername versions.test -tls1_3"), StringComparison.Ordinal);
        Assert.Contains("ALPN protocol: h2", await mesh.OpenSslAsync("-servername versions.test -alpn h2,http/1.1"), StringComparison.Ordinal);
        Assert.Contains("ALPN protocol: http/1.1", await mesh.OpenSslAsync("-servername versions.test -alpn http/1.1"), StringComparison.Ordinal);
        Assert.Contains("Cipher is (NONE)", await mesh.OpenSslAsync("-servername versions.test -alpn spdy/3"), StringComparison.Ordinal);
    }

    [Fact(Timeout = 240_000)]
    public async Task Ciphers_of_TLS_1_2_are_those_that_the_server_names_and_those_of_TLS_1_3_stay()
    {
        mesh.WriteSecret("ciphers", "ciphers.test");
        await mesh.AddServerAsync("ciphers.test", "mode: SIMPLE, credentialName: ciphers, cipherSuites: [ECDHE-ECDSA-AES256-GCM-SHA384]");
        const string named = "ECDHE-ECDSA-AES256-GCM-SHA384", other = "ECDHE-ECDSA-AES128-GCM-SHA256";
        Assert.Contains($"Cipher is {named}", await mesh.OpenSslAsync($"-servername ciphers.test -tls1_2 -cipher {other}:{named}"), StringComparison.Ordinal);
        Assert.Contains("Cipher is (NONE)", await mesh.OpenSslAsync($"-servername ciphers.test -tls1_2 -cipher {other}"), StringComparison.Ordinal);
        Assert.Contains("TLSv1.3, Cipher is TLS_", await mesh.OpenSslAsync("-servername ciphers.test -tls1_3"), StringComparison.Ordinal);
        // A server without a list takes either.
        Assert.Contains($"Cipher is {other}", await mesh.OpenSslAsync($"-servername elsewhere.test -tls1_2 -cipher {other}"), StringComparison.Ordinal);
        // Nobody gets below TLS 1.2, whatever their own rules allow.
        Assert.Contains("Cipher is (NONE)", await mesh.OpenSslAsync("-servername elsewhere.test -tls1_1 -cipher DEFAULT@SECLEVEL=0"), StringComparison.Ordinal);
    }

    [Fact(Timeout = 240_000)]
    public async Task MUTUAL_wants_a_certificate_of_its_own_roots()
    {
        mesh.WriteSecret("mutual", "mutual.test", ("ca.crt", mesh.Pki.RootPem));
        await mesh.AddServerAsync("mutual.test", "mode: MUTUAL, credentialName: mutual");
        Assert.Equal(0, await mesh.CurlAsync("mutual.test"));
        Assert.Equal(0, await mesh.CurlAsync("mutual.test", new TestPki("other root").ServerPem("partner.test")));
        Assert.Equal(200, await mesh.CurlAsync("mutual.test", mesh.Pki.ServerPem("partner.test")));
    }

    [Fact(Timeout = 240_000)]
    public async Task OPTIONAL_MUTUAL_takes_those_without_a_certificate_but_not_those_with_a_wrong_one()
    {
        mesh.WriteSecret("optional", "optional.test", ("ca.crt", mesh.Pki.RootPem));
        await mesh.AddServerAsync("optional.test", "mode: OPTIONAL_MUTUAL, credentialName: optional");
        Assert.Equal(200, await mesh.CurlAsync("optional.test"));
        Assert.Equal(200, await mesh.CurlAsync("optional.test", mesh.Pki.ServerPem("partner.test")));
        Assert.Equal(0, await mesh.CurlAsync("optional.test", new TestPki("other root").ServerPem("partner.test")));
    }

    [Fact(Timeout = 240_000)]
    public async Task Names_of_clients_may_be_limited()
    {
        mesh.WriteSecret("named", "named.test", ("ca.crt", mesh.Pki.RootPem));
        await mesh.AddServerAsync("named.test", "mode: MUTUAL, credentialName: named, subjectAltNames: [partner.test]");
        Assert.Equal(200, await mesh.CurlAsync("named.test", mesh.Pki.ServerPem("partner.test")));
        Assert.Equal(0, await mesh.CurlAsync("named.test", mesh.Pki.ServerPem("stranger.test")));
    }

    [Fact(Timeout = 240_000)]
    public async Task Clients_may_be_pinned_by_certificate_or_key()
    {
        mesh.WriteSecret("pinned", "pinned.test", ("ca.crt", mesh.Pki.RootPem));
        var (byHash, byKey) = (mesh.Pki.ServerPem("partner.test"), mesh.Pki.ServerPem("partner.test"));
        using var hashed = X509Certificate2.CreateFromPem(byHash.Chain);
        using var keyed = X509Certificate2.CreateFromPem(byKey.Chain);
        var hash = string.Join(':', Convert.ToHexStringLower(SHA256.HashData(hashed.RawData)).Chunk(2).Select(pair => new string(pair)));
        var key = Convert.ToBase64String(SHA256.HashData(keyed.PublicKey.ExportSubjectPublicKeyInfo()));
        await mesh.AddServerAsync(
            "pinned.test", $"mode: MUTUAL, credentialName: pinned, verifyCertificateHash: ['{hash}'], verifyCertificateSpki: ['{key}']");
        Assert.Equal(200, await mesh.CurlAsync("pinned.test", byHash));
        Assert.Equal(200, await mesh.CurlAsync("pinned.test", byKey));
        Assert.Equal(0, await mesh.CurlAsync("pinned.test", mesh.Pki.ServerPem("partner.test")));
    }

    [Fact(Timeout = 240_000)]
    public async Task A_revoked_client_is_refused()
    {
        var (good, bad) = (mesh.Pki.ServerPem("partner.test"), mesh.Pki.ServerPem("partner.test"));
        mesh.WriteSecret("revoking", "revoking.test", ("ca.crt", mesh.Pki.RootPem), ("ca.crl", mesh.Pki.RevocationsPem(bad.Chain)));
        await mesh.AddServerAsync("revoking.test", "mode: MUTUAL, credentialName: revoking");
        Assert.Equal(200, await mesh.CurlAsync("revoking.test", good));
        Assert.Equal(0, await mesh.CurlAsync("revoking.test", bad));
        // A list that another has signed covers nobody.
        mesh.WriteSecret("foreign", "foreign.test", ("ca.crt", mesh.Pki.RootPem), ("ca.crl", new TestPki().RevocationsPem()));
        await mesh.AddServerAsync("foreign.test", "mode: MUTUAL, credentialName: foreign");
        Assert.Equal(0, await mesh.CurlAsync("foreign.test", good));
    }

    [Fact(Timeout = 240_000)]
    public async Task A_port_may_change_from_plain_text_to_TLS_and_back()
    {
        var port = FreePort.Next();
        using var client = new HttpClient(new SocketsHttpHandler
        {
            PooledConnectionLifetime = TimeSpan.Zero,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = mesh.Pki.ChainPolicy() },
        });
        foreach (var (scheme, protocol) in new[] { ("http", "HTTP"), ("https", "HTTPS"), ("http", "HTTP") })
        {
            var tls = scheme == "https" ? $"tls: {{mode: SIMPLE, {Files}}}" : "";
            mesh.Edge.Gateway.WriteConfig("either.yaml", $$"""
                apiVersion: networking.istio.io/v1
                kind: Gateway
                metadata: {name: either, namespace: istio-system}
                spec:
                  selector: {istio: ingressgateway}
                  servers:
                  - port: {number: {{port}}, name: either, protocol: {{protocol}} }
                    hosts: ["*"]
                    {{tls}}
                ---
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: either, namespace: prod}
                spec:
                  hosts: ["*"]
                  gateways: [istio-system/either]
                  http:
                  - route: [{destination: {host: web.test} }]
                """);
            await Poll.UntilAsync(() => Answers($"{scheme}://localhost:{port}/"), $"the port to speak {scheme}");
        }

        bool Answers(string url)
        {
            try
            {
                using var response = client.GetAsync(new Uri(url), TestContext.Current.CancellationToken).GetAwaiter().GetResult();
                return response.IsSuccessStatusCode;
            }
            catch (Exception error) when (error is HttpRequestException or System.Net.Sockets.SocketException)
            {
                return false;
            }
        }
    }

    [Fact(Timeout = 240_000)]
    public async Task A_list_of_the_revoked_may_be_a_file()
    {
        var bad = mesh.Pki.ServerPem("partner.test");
        mesh.Edge.Gateway.WriteServerCertificate("edge.example.com", "localhost", "filed.test");
        var roots = mesh.FileWith(mesh.Pki.RootPem);
        var list = mesh.FileWith(mesh.Pki.RevocationsPem(bad.Chain));
        await mesh.AddServerAsync("filed.test", $"mode: MUTUAL, {Files}, caCertificates: {roots}, caCrl: {list}", "edge.example.com");
        await Poll.UntilAsync(
            () => mesh.CurlAsync("filed.test", mesh.Pki.ServerPem("partner.test")).GetAwaiter().GetResult() == 200, "the certificate to be taken up");
        Assert.Equal(0, await mesh.CurlAsync("filed.test", bad));
    }

    [Fact(Timeout = 240_000)]
    public async Task ISTIO_MUTUAL_shows_the_gateways_identity_and_takes_workloads_of_the_mesh_only()
    {
        mesh.AddServer("inner.test", "mode: ISTIO_MUTUAL");
        // Until the server is there, the one for all names answers, which asks nobody for a certificate.
        await Poll.UntilAsync(
            () => NamesAsync().GetAwaiter().GetResult().Contains("URI:spiffe://cluster.local/ns/istio-system/sa/gateway", StringComparison.Ordinal),
            "the server");
        Assert.Equal(200, await mesh.CurlAsync("inner.test", mesh.Pki.WorkloadPem("billing"), "-k"));
        Assert.Equal(0, await mesh.CurlAsync("inner.test", null, "-k"));
        // Of the same root, but no workload.
        Assert.Equal(0, await mesh.CurlAsync("inner.test", mesh.Pki.ServerPem("partner.test"), "-k"));
        Assert.Equal(0, await mesh.CurlAsync("inner.test", new TestPki("other root").WorkloadPem("billing"), "-k"));
        var line = await mesh.Edge.LineAsync(line => line.RequestedServerName == "inner.test" && line.DownstreamPeerUriSan is not null);
        Assert.Equal("spiffe://cluster.local/ns/prod/sa/billing", line.DownstreamPeerUriSan);

        async Task<string> NamesAsync()
        {
            var shown = await mesh.OpenSslAsync("-servername inner.test -showcerts");
            var begin = shown.IndexOf("-----BEGIN", StringComparison.Ordinal);
            var end = shown.IndexOf("-----END CERTIFICATE-----", StringComparison.Ordinal);
            using var leaf = X509Certificate2.CreateFromPem(shown[begin..end] + "-----END CERTIFICATE-----");
            return leaf.Extensions.First(extension => extension.Oid!.Value == "2.5.29.17").Format(false);
        }
    }
}
