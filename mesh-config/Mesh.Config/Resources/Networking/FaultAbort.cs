using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Answers with an error.</summary>
public sealed record FaultAbort
{
    public int? HttpStatus { get; init; }
    public string? GrpcStatus { get; init; }
    public string? Http2Error { get; init; }
    public Percent? Percentage { get; init; }

    internal static Schema<FaultAbort> Schema { get; } =
        new Schema<FaultAbort>("HTTPFaultInjection.Abort", () => new FaultAbort())
            .Field("httpStatus", Codecs.Optional(Codecs.Int), x => x.HttpStatus, (x, v) => x with { HttpStatus = v })
            .Field("grpcStatus", Codecs.OptionalText, x => x.GrpcStatus, (x, v) => x with { GrpcStatus = v })
            .Field("http2Error", Codecs.OptionalText, x => x.Http2Error, (x, v) => x with { Http2Error = v })
            .Message("percentage", Percent.Schema, x => x.Percentage, (x, v) => x with { Percentage = v })
            .OneOf("httpStatus", "grpcStatus", "http2Error")
            .AcceptSnakeCase();
}
