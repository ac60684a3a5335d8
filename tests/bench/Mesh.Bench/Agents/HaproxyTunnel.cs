using System.Globalization;
using System.Net;
using Mesh.Bench.Gateway.Proxies;

namespace Mesh.Bench.Agents;

/// <summary>Two HAProxies that do by hand what two agents do: HTTP/2 in, mutual TLS 1.3 with the mesh's certificates between them, HTTP/2 out.</summary>
/// <remarks>Source: HAProxy configuration manual: bind and server options crt, ca-file, verify, alpn.</remarks>
internal static class HaproxyTunnel
{
    public static IPEndPoint Outer { get; } = IPEndPoint.Parse("127.40.0.1:15001");

    public static IPEndPoint Inner { get; } = IPEndPoint.Parse("127.40.0.2:15006");

    public static BenchProcess StartOuter(AgentRig rig) => Start(
        rig, "haproxy-out", $"bind {Outer} proto h2",
        $"server s {Inner} ssl crt {rig.WriteIdentity("caller")} ca-file {rig.RootFile} verify required alpn h2");

    public static BenchProcess StartInner(AgentRig rig) => Start(
        rig, "haproxy-in", $"bind {Inner} ssl crt {rig.WriteIdentity("legacy-billing")} ca-file {rig.RootFile} verify required alpn h2",
        string.Create(CultureInfo.InvariantCulture, $"server s {Inner.Address}:{RigResources.GrpcPort} proto h2"));

    private static BenchProcess Start(AgentRig rig, string name, string bind, string server)
    {
        var file = Path.Combine(rig.Folder, name + ".cfg");
        // Threads are left to HAProxy, which takes all processors.
        File.WriteAllText(file, $"""
            global
                maxconn 8192
                tune.h2.max-concurrent-streams 1000
                ssl-default-bind-options ssl-min-ver TLSv1.3
                ssl-default-server-options ssl-min-ver TLSv1.3
            defaults
                mode http
                timeout connect 5s
                timeout client 60s
                timeout server 60s
                http-reuse always
            frontend in
                {bind}
                default_backend out
            backend out
                {server}

            """);
        return BenchProcess.Start(Path.Combine(rig.Folder, name + ".log"), "haproxy", "-db", "-f", file);
    }
}
