namespace Mesh.EndToEnd.Scenarios;

/// <summary>How a scenario went.</summary>
/// <param name="Time">With what was waited for before and after the fault.</param>
/// <param name="Failures">Each failed call with its time, its cause and what the access logs say of it.</param>
/// <param name="Problem">What is wrong; null when the promise was kept.</param>
internal sealed record ScenarioResult(
    Scenario Scenario, TimeSpan Time, IReadOnlyList<FlowResult> Flows, IReadOnlyList<string> Failures, string? Problem);
