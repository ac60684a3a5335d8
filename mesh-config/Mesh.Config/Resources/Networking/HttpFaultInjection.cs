using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Faults for testing.</summary>
public sealed record HttpFaultInjection
{
    public FaultDelay? Delay { get; init; }
    public FaultAbort? Abort { get; init; }

    internal static Schema<HttpFaultInjection> Schema { get; } =
        new Schema<HttpFaultInjection>("HTTPFaultInjection", () => new HttpFaultInjection())
            .Message("delay", FaultDelay.Schema, x => x.Delay, (x, v) => x with { Delay = v })
            .Message("abort", FaultAbort.Schema, x => x.Abort, (x, v) => x with { Abort = v })
            .AcceptSnakeCase();
}
