namespace Mesh.Bench.Gateway.Changes;

/// <summary>What a row of changes came to.</summary>
/// <param name="Failed">Requests that were not answered, or not with 200.</param>
/// <param name="ProcessorMilliseconds">Of the gateway for each change, with the requests beside it.</param>
internal sealed record ChangesFigures(
    int Changes, double MillisecondsP50, double MillisecondsP99, long Failed, long Requests, double ProcessorMilliseconds, double Megabytes);
