using System.Globalization;

namespace Mesh.Bench.Agents;

/// <summary>What the agent is held to.</summary>
internal static class Bars
{
    private const double StartMilliseconds = 1_000;
    private const double OutMilliseconds = 5_000;
    private const double IdleMegabytes = 45;

    private static readonly (string Case, string Metric, double Below)[] All =
    [
        (StartCases.CaseOf(RegistrationWay.Kubernetes), "milliseconds_p50", StartMilliseconds),
        (StartCases.CaseOf(RegistrationWay.File), "milliseconds_p50", StartMilliseconds),
        (StartCases.CaseOf(RegistrationWay.Istiod), "milliseconds_p50", StartMilliseconds),
        (FaultCases.Killed, "milliseconds_p99", OutMilliseconds),
        (FaultCases.CutOff, "milliseconds_p99", OutMilliseconds),
        (FaultCases.DoubleFailure, "milliseconds_p99", OutMilliseconds),
        (ResourceCases.Idle, "resident_megabytes", IdleMegabytes),
    ];

    /// <summary>A line for each bar that the results have something to say about.</summary>
    public static IEnumerable<string> Judge(IEnumerable<BenchResult> results) => results.SelectMany(result =>
        All.Where(bar => (bar.Case, bar.Metric) == (result.Case, result.Metric)).Select(bar => string.Create(
            CultureInfo.InvariantCulture,
            $"{(result.Ours < bar.Below ? "met   " : "missed")}  {bar.Case} {bar.Metric} {result.Ours:0.#} {result.Unit}, to be below {bar.Below:0}")));
}
