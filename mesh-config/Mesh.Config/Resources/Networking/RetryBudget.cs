using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Limits concurrent retries.</summary>
public sealed record RetryBudget
{
    public Percent? Percent { get; init; }
    public uint? MinRetryConcurrency { get; init; }
    public TimeSpan? BudgetInterval { get; init; }

    internal static Schema<RetryBudget> Schema { get; } =
        new Schema<RetryBudget>("TrafficPolicy.RetryBudget", () => new RetryBudget())
            .Message("percent", Percent.Schema, x => x.Percent, (x, v) => x with { Percent = v })
            .Field("minRetryConcurrency", Codecs.Optional(Codecs.UInt),
                x => x.MinRetryConcurrency, (x, v) => x with { MinRetryConcurrency = v })
            .Field("budgetInterval", Codecs.Duration, x => x.BudgetInterval, (x, v) => x with { BudgetInterval = v })
            .AcceptSnakeCase();
}
