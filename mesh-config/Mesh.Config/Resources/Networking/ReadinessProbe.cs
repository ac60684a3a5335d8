using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>How a workload is probed; 0 means the default.</summary>
public sealed record ReadinessProbe
{
    public int InitialDelaySeconds { get; init; }

    /// <summary>Default 1.</summary>
    public int TimeoutSeconds { get; init; }

    /// <summary>Default 10.</summary>
    public int PeriodSeconds { get; init; }

    /// <summary>Default 1.</summary>
    public int SuccessThreshold { get; init; }

    /// <summary>Default 1.</summary>
    public int FailureThreshold { get; init; }

    public HttpHealthCheck? HttpGet { get; init; }
    public TcpHealthCheck? TcpSocket { get; init; }
    public ExecHealthCheck? Exec { get; init; }
    public GrpcHealthCheck? Grpc { get; init; }

    internal static Schema<ReadinessProbe> Schema { get; } =
        new Schema<ReadinessProbe>("ReadinessProbe", () => new ReadinessProbe())
            .Field("initialDelaySeconds", Codecs.Int,
                x => x.InitialDelaySeconds, (x, v) => x with { InitialDelaySeconds = v })
            .Field("timeoutSeconds", Codecs.Int, x => x.TimeoutSeconds, (x, v) => x with { TimeoutSeconds = v })
            .Field("periodSeconds", Codecs.Int, x => x.PeriodSeconds, (x, v) => x with { PeriodSeconds = v })
            .Field("successThreshold", Codecs.Int, x => x.SuccessThreshold, (x, v) => x with { SuccessThreshold = v })
            .Field("failureThreshold", Codecs.Int, x => x.FailureThreshold, (x, v) => x with { FailureThreshold = v })
            .Message("httpGet", HttpHealthCheck.Schema, x => x.HttpGet, (x, v) => x with { HttpGet = v })
            .Message("tcpSocket", TcpHealthCheck.Schema, x => x.TcpSocket, (x, v) => x with { TcpSocket = v })
            .Message("exec", ExecHealthCheck.Schema, x => x.Exec, (x, v) => x with { Exec = v })
            .Message("grpc", GrpcHealthCheck.Schema, x => x.Grpc, (x, v) => x with { Grpc = v })
            .OneOf("httpGet", "tcpSocket", "exec", "grpc")
            .AcceptSnakeCase();
}
