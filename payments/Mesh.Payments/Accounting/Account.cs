using Mesh.Hosting;
using Mesh.Payments.Domain;

namespace Mesh.Payments.Accounting;

/// <summary>An account with its totals, which change while a batch is decided. Amounts are minor units.</summary>
internal sealed class Account(
    LedgerAccount rule, string createdBy, long createTimeUs, long debits = 0, long credits = 0, long pendingDebits = 0,
    long pendingCredits = 0, long entries = 0)
{
    /// <summary>
    /// What the debits of an account, or its credits, may sum to with the pending ones. No sum of two numbers within it overflows.
    /// </summary>
    public const long Limit = 1L << 62;

    public LedgerAccount Rule { get; } = rule;

    public string Id => Rule.Id;

    /// <summary>Who opened it; empty when not known.</summary>
    public string CreatedBy { get; } = createdBy;

    public long CreateTimeUs { get; } = createTimeUs;

    /// <summary>Posted debits.</summary>
    public long Debits { get; private set; } = debits;

    /// <summary>Posted credits.</summary>
    public long Credits { get; private set; } = credits;

    public long PendingDebits { get; private set; } = pendingDebits;

    public long PendingCredits { get; private set; } = pendingCredits;

    /// <summary>How many entries were posted.</summary>
    public long Entries { get; private set; } = entries;

    /// <summary>Posted balance on the normal side.</summary>
    public long Balance => Rule.NormalSide == NormalSide.Debit ? Debits - Credits : Credits - Debits;

    /// <summary>The balance less what is reserved against it.</summary>
    public long Available => Balance - (Rule.NormalSide == NormalSide.Debit ? PendingCredits : PendingDebits);

    public bool OverflowsWithDebit(long amount) => amount > Limit - Debits - PendingDebits;

    public bool OverflowsWithCredit(long amount) => amount > Limit - Credits - PendingCredits;

    /// <summary>Whether a further debit would break the account's rule.</summary>
    public bool ExceededByDebit(long amount) => !Rule.MayGoNegative && Rule.NormalSide == NormalSide.Credit && amount > Available;

    /// <summary>Whether a further credit would break the account's rule.</summary>
    public bool ExceededByCredit(long amount) => !Rule.MayGoNegative && Rule.NormalSide == NormalSide.Debit && amount > Available;

    /// <summary>Adds posted amounts; negative ones take back what was added.</summary>
    /// <param name="entries">1, or -1 when it takes back.</param>
    public void Post(long debit, long credit, int entries)
    {
        Debits += debit;
        Credits += credit;
        Entries += entries;
        Check();
    }

    /// <summary>Adds reserved amounts; negative ones release them.</summary>
    public void Reserve(long debit, long credit)
    {
        PendingDebits += debit;
        PendingCredits += credit;
        Check();
    }

    private void Check()
    {
        Invariant.Holds(Debits is >= 0 and <= Limit && Credits is >= 0 and <= Limit, $"account {Id}: {Debits} debits, {Credits} credits");
        Invariant.Holds(PendingDebits is >= 0 and <= Limit && PendingCredits is >= 0 and <= Limit,
            $"account {Id}: {PendingDebits} pending debits, {PendingCredits} pending credits");
        Invariant.Holds(Debits <= Limit - PendingDebits && Credits <= Limit - PendingCredits,
            $"account {Id}: {Debits} + {PendingDebits} debits, {Credits} + {PendingCredits} credits");
        Invariant.Holds(Entries >= 0, $"account {Id}: {Entries} entries");
    }
}
