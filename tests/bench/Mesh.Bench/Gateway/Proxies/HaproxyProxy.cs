using Mesh.Bench.Gateway.Wire;

namespace Mesh.Bench.Gateway.Proxies;

/// <summary>HAProxy as an administrator would set it up who wants it fast: HTTP/2 on both sides, connections shared, nothing logged.</summary>
/// <remarks>Source: HAProxy configuration manual: proto, http-reuse, req.ssl_sni.</remarks>
internal static class HaproxyProxy
{
    public static async Task<BenchProxy> StartAsync(BenchFolder folder, BackendPorts backend)
    {
        var ports = ProxyPorts.Free();
        // Threads are left to HAProxy, which takes all processors.
        var file = folder.Write("haproxy.cfg", $$"""
            global
                maxconn 8192
                tune.h2.max-concurrent-streams 1000
                ssl-default-bind-options ssl-min-ver TLSv1.3
            defaults
                mode http
                timeout connect 5s
                timeout client 60s
                timeout server 60s
                http-reuse always
            frontend http
                bind 127.0.0.1:{{ports.Plain}} proto h2
                bind 127.0.0.1:{{ports.Tls}} ssl crt {{folder.CertificateAndKey}} alpn h2
                use_backend large if { path {{GatewayCase.LargePath}} }
                default_backend small
            backend small
                server s 127.0.0.1:{{backend.Small}} proto h2
            backend large
                server s 127.0.0.1:{{backend.Large}} proto h2
            frontend passthrough
                mode tcp
                bind 127.0.0.1:{{ports.Passthrough}}
                tcp-request inspect-delay 5s
                tcp-request content accept if { req.ssl_hello_type 1 }
                use_backend bytes-small if { req.ssl_sni -i {{BenchFolder.Sni(BenchFolder.SealedHost)}} }
                use_backend bytes-bulk if { req.ssl_sni -i {{BenchFolder.Sni(BenchFolder.BulkHost)}} }
            backend bytes-small
                mode tcp
                server s 127.0.0.1:{{backend.Small}}
            backend bytes-bulk
                mode tcp
                server s 127.0.0.1:{{backend.Bulk}}

            """);
        var process = BenchProcess.Start(Path.Combine(folder.Root, "haproxy.log"), "haproxy", "-db", "-f", file);
        await process.ListensAsync(ports.Plain, ports.Tls, ports.Passthrough);
        return new BenchProxy("haproxy", process, ports);
    }
}
