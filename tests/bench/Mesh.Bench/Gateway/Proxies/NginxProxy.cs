using Mesh.Bench.Gateway.Wire;

namespace Mesh.Bench.Gateway.Proxies;

/// <summary>nginx as an administrator would set it up who wants it fast: connections to the backend are kept, nothing is logged.</summary>
/// <remarks>Source: nginx, "ngx_http_grpc_module", "ngx_http_upstream_module: keepalive", "ngx_stream_ssl_preread_module".</remarks>
internal static class NginxProxy
{
    private const string StreamModule = "/usr/lib/nginx/modules/ngx_stream_module.so";

    public static async Task<BenchProxy> StartAsync(BenchFolder folder, BackendPorts backend)
    {
        var ports = ProxyPorts.Free();
        var root = folder.Root;
        // Where the worker count is left to nginx it takes all processors, as ours does. An upstream connection carries one call at a time:
        // nginx knows no other way, so there are as many as calls can be under way. The limits on requests per connection are lifted.
        var file = folder.Write("nginx.conf", $$"""
            {{(File.Exists(StreamModule) ? $"load_module {StreamModule};" : "")}}
            user root;
            daemon off;
            worker_processes auto;
            pid {{root}}/nginx.pid;
            error_log {{root}}/nginx-error.log crit;
            events { worker_connections 8192; }
            http {
                access_log off;
                client_body_temp_path {{root}}/nginx-body;
                proxy_temp_path {{root}}/nginx-proxy;
                fastcgi_temp_path {{root}}/nginx-fastcgi;
                uwsgi_temp_path {{root}}/nginx-uwsgi;
                scgi_temp_path {{root}}/nginx-scgi;
                client_max_body_size 0;
                keepalive_requests 1000000000;
                http2_max_concurrent_streams 1000;
                tcp_nodelay on;
                grpc_buffer_size 32k;
                upstream small { server 127.0.0.1:{{backend.Small}}; keepalive 512; keepalive_requests 1000000000; }
                upstream large { server 127.0.0.1:{{backend.Large}}; keepalive 512; keepalive_requests 1000000000; }
                server {
                    listen 127.0.0.1:{{ports.Plain}} http2;
                    listen 127.0.0.1:{{ports.Tls}} ssl http2;
                    ssl_certificate {{folder.Certificate}};
                    ssl_certificate_key {{folder.Key}};
                    ssl_protocols TLSv1.3;
                    location = {{GatewayCase.SmallPath}} { grpc_pass grpc://small; }
                    location = {{GatewayCase.LargePath}} { grpc_pass grpc://large; }
                }
            }
            stream {
                map_hash_bucket_size 256;
                map $ssl_preread_server_name $target {
                    {{BenchFolder.Sni(BenchFolder.SealedHost)}} 127.0.0.1:{{backend.Small}};
                    {{BenchFolder.Sni(BenchFolder.BulkHost)}} 127.0.0.1:{{backend.Bulk}};
                }
                server {
                    listen 127.0.0.1:{{ports.Passthrough}};
                    ssl_preread on;
                    tcp_nodelay on;
                    proxy_pass $target;
                }
            }
            """);
        var process = BenchProcess.Start(Path.Combine(root, "nginx.log"), "nginx", "-p", root, "-c", file);
        await process.ListensAsync(ports.Plain, ports.Tls, ports.Passthrough);
        return new BenchProxy("nginx", process, ports);
    }
}
