using System.Diagnostics;

namespace Mesh.VmAgent.Health;

/// <summary>Makes the probe that a setting describes.</summary>
public static class ProbeFactory
{
    /// <param name="workloadAddress">Stands in where the setting names no host.</param>
    public static IProbe Create(ProbeAction action, string workloadAddress) => action switch
    {
        ProbeAction.HttpGet http => new HttpProbe(http, Or(http.Host, workloadAddress)),
        ProbeAction.TcpSocket tcp => new TcpProbe(Or(tcp.Host, workloadAddress), tcp.Port),
        ProbeAction.Exec exec => new ExecProbe(exec.Command),
        ProbeAction.Grpc grpc => new GrpcProbe(Or(grpc.Host, workloadAddress), grpc.Port, grpc.Service),
        _ => throw new UnreachableException($"unknown probe {action.GetType().Name}"),
    };

    private static string Or(string host, string workloadAddress) => host.Length == 0 ? workloadAddress : host;
}
