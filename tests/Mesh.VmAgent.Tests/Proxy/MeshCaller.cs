using System.Net.Security;
using System.Net.Sockets;
using Mesh.DataPlane.Identity;
using Mesh.VmAgent.Bootstrap;

namespace Mesh.VmAgent.Tests.Proxy;

/// <summary>A caller with a certificate of the mesh and no agent of its own: what it sends, the other side's agent sees as it is.</summary>
internal static class MeshCaller
{
    /// <summary>HTTP/1.1 to a service port of an agent's workload.</summary>
    public static HttpClient Http(AgentMesh mesh, AgentSettings agent, string account, int port = AgentMesh.HttpPort)
    {
        var certificate = Certificate(mesh, account);
        return new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, token) => await OpenAsync(agent, certificate, Sni(port), MeshAlpn.OfferHttp11, token),
        });
    }

    /// <summary>Bytes to a service port of an agent's workload.</summary>
    public static Task<SslStream> OpenAsync(AgentMesh mesh, AgentSettings agent, string account, int port = AgentMesh.TcpPort) =>
        OpenAsync(agent, Certificate(mesh, account), Sni(port), MeshAlpn.OfferTcp, TestContext.Current.CancellationToken);

    public static string Sni(int port) => $"outbound_.{port}_._.{AgentMesh.Host}";

    private static async Task<SslStream> OpenAsync(
        AgentSettings agent, WorkloadCertificate certificate, string sni, IReadOnlyList<SslApplicationProtocol> alpn, CancellationToken token)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(agent.OwnAddress, agent.InboundPort, token);
        return await MeshTls.ConnectAsync(
            new NetworkStream(socket, ownsSocket: true), certificate, sni, ["spiffe://cluster.local/ns/prod/sa/echo"], alpn, token);
    }

    private static WorkloadCertificate Certificate(AgentMesh mesh, string account)
    {
        var folder = mesh.IdentityFolder(account);
        return WorkloadCertificates.FromPem(Text(FileWorkloadIdentity.ChainFile), Text(FileWorkloadIdentity.KeyFile), Text(FileWorkloadIdentity.RootFile));

        string Text(string file) => File.ReadAllText(Path.Combine(folder, file));
    }
}
