namespace Mesh.Bench.Gateway;

/// <summary>How long a run takes.</summary>
internal sealed record GatewayBenchSize(int Rounds, TimeSpan WarmUp, TimeSpan Round, TimeSpan OpenLoop)
{
    public static GatewayBenchSize Full { get; } = new(5, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(8));

    public static GatewayBenchSize Quick { get; } = new(1, TimeSpan.FromSeconds(0.6), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
}
