using Mesh.Hosting;

namespace Mesh.Payments.Storage;

/// <summary>Compares what a batch wrote with what it decided.</summary>
internal static class LedgerWrites
{
    /// <exception cref="InvariantException">A row that was locked is not there.</exception>
    public static void Check(string what, long decided, long written) =>
        Invariant.Holds(decided == written, $"{written} of {decided} {what} were written");

    /// <exception cref="MutationConflictException">A transfer's id was taken by another writer since the batch looked.</exception>
    public static void CheckCreated(long decided, long written)
    {
        Invariant.Holds(written <= decided, $"{written} transfers were written of {decided}");
        if (written < decided) throw new MutationConflictException("a transfer was created by another writer");
    }
}
