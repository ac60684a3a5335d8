namespace Mesh.Payments.Faults.Checking;

/// <summary>
/// Proves one to one, from what the clients, the acquirer and the ledger each wrote down, that every acknowledged payment was
/// charged and booked once with the right amount, that nothing was charged or booked twice or without the other, and that
/// the books balance. It presumes that all load and all repair are over.
/// </summary>
public static class Checker
{
    /// <returns>Empty when all is right.</returns>
    public static IReadOnlyList<Finding> Check(History history)
    {
        ArgumentNullException.ThrowIfNull(history);
        return
        [
            .. ClientRules.Check(history.Clients, history.Ledger),
            .. LedgerRules.Check(history.Ledger),
            .. history.Acquirer is { } acquirer ? AcquirerRules.Check(acquirer, history.Ledger) : [],
        ];
    }
}
