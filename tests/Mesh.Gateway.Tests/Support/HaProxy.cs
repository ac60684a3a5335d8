namespace Mesh.Gateway.Tests.Support;

/// <summary>HAProxy in front of another port.</summary>
/// <remarks>Tests are skipped where it is not installed.</remarks>
internal static class HaProxy
{
    /// <summary>It carries connections as bytes, with a PROXY header if it is told so.</summary>
    /// <param name="target">Port on 127.0.0.1.</param>
    /// <param name="server">What the server line says more, such as <c>send-proxy-v2 source 127.0.0.5</c>.</param>
    public static Task<ForeignDaemon> StartAsync(int target, string server) => StartAsync("tcp", "", target, server);

    /// <summary>It takes HTTP/2 in plain text, and speaks it to its server.</summary>
    public static Task<ForeignDaemon> StartHttp2Async(int target) => StartAsync("http", "proto h2", target, "proto h2");

    private static Task<ForeignDaemon> StartAsync(string mode, string bind, int target, string server) => ForeignDaemon.StartAsync(
        ForeignProgram.Needs("haproxy", "haproxy"),
        (port, _) => $"""
            defaults
              mode {mode}
              timeout connect 30s
              timeout client 60s
              timeout server 60s
            listen carried
              bind 127.0.0.1:{port} {bind}
              server behind 127.0.0.1:{target} {server}

            """,
        (_, file) => ["-db", "-q", "-f", file]);
}
