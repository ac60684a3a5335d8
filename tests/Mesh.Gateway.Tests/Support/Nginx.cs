namespace Mesh.Gateway.Tests.Support;

/// <summary>nginx with a server of the test's.</summary>
/// <remarks>Tests are skipped where it is not installed.</remarks>
internal static class Nginx
{
    /// <param name="listen">What its listen line says after the port, such as <c>http2</c>.</param>
    /// <param name="server">The rest of its server; <c>FOLDER</c> stands for a folder with the files.</param>
    /// <param name="files">Names and texts.</param>
    public static Task<ForeignDaemon> StartAsync(string listen, string server, params (string Name, string Text)[] files) => ForeignDaemon.StartAsync(
        ForeignProgram.Needs("nginx", "nginx"),
        (port, folder) =>
        {
            foreach (var (name, text) in files) File.WriteAllText(Path.Combine(folder, name), text);
            // One process, so that nobody is left when it is ended.
            return $$"""
                daemon off;
                master_process off;
                pid {{folder}}/pid;
                error_log {{folder}}/error.log crit;
                events { worker_connections 512; }
                http {
                    access_log off;
                    client_body_temp_path {{folder}}/body;
                    proxy_temp_path {{folder}}/proxy;
                    fastcgi_temp_path {{folder}}/fastcgi;
                    uwsgi_temp_path {{folder}}/uwsgi;
                    scgi_temp_path {{folder}}/scgi;
                    server {
                        listen 127.0.0.1:{{port}} {{listen}};
                        {{server.Replace("FOLDER", folder, StringComparison.Ordinal)}}
                    }
                }
                """;
        },
        (folder, file) => ["-p", folder, "-e", Path.Combine(folder, "error.log"), "-c", file]);
}
