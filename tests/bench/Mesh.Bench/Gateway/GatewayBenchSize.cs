namespace Mesh.Bench.Gateway;

/// <summary>How long a run takes. Every proxy gets the same of everything.</summary>
/// <param name="FirstWarmUp">Load before the first case counts: code that is compiled while it runs, buffers and connections are then those of a process that serves for days.</param>
/// <param name="WarmUp">The same before each further case, which goes the same ways for the most part.</param>
internal sealed record GatewayBenchSize(int Rounds, TimeSpan FirstWarmUp, TimeSpan WarmUp, TimeSpan Round, TimeSpan OpenLoop)
{
    public static GatewayBenchSize Full { get; } = new(
        5, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3));

    public static GatewayBenchSize Quick { get; } = new(
        1, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(0.4), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.5));
}
