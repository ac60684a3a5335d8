using System.Collections.Immutable;

namespace Mesh.VmAgent.Health;

/// <summary>What a readiness probe does: exactly one of the derived kinds. An empty host is the workload's own address.</summary>
public abstract record ProbeAction
{
    private ProbeAction()
    {
    }

    /// <summary>GET that succeeds with a status of 200 to 399. Certificates are not verified.</summary>
    public sealed record HttpGet(string Scheme, string Host, int Port, string Path) : ProbeAction
    {
        public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];
    }

    /// <summary>Succeeds when the connection opens.</summary>
    public sealed record TcpSocket(string Host, int Port) : ProbeAction;

    /// <summary>Succeeds when the program ends with 0; no shell is involved.</summary>
    public sealed record Exec(ImmutableArray<string> Command) : ProbeAction;

    /// <summary><c>grpc.health.v1.Health/Check</c> in plain text; succeeds with SERVING.</summary>
    public sealed record Grpc(string Host, int Port, string Service) : ProbeAction;
}
