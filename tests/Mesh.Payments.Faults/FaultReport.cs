using Mesh.Payments.Faults.Checking;

namespace Mesh.Payments.Faults;

/// <summary>What a run under faults came to.</summary>
/// <param name="Findings">Empty when all is right.</param>
/// <param name="Acknowledged">Decisions the clients got.</param>
/// <param name="Payments">Payments in the ledger.</param>
/// <param name="Words">What each replica wrote to its log last.</param>
/// <param name="Operations">Operations in the acquirer's log; 0 without one.</param>
public sealed record FaultReport(IReadOnlyList<Finding> Findings, int Acknowledged, int Payments, int Operations, IReadOnlyList<string> Words)
{
    private const int Shown = 20;

    /// <summary>The findings and what the replicas said, for people.</summary>
    public string Describe() => string.Join('\n',
        [$"{Findings.Count} findings", .. Findings.Take(Shown).Select(finding => finding.ToString()), .. Words.Select(words => "--\n" + words)]);
}
