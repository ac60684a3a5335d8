namespace Mesh.Payments.Acquiring;

/// <summary>What the acquirer says became of an operation.</summary>
internal abstract record AcquirerOutcome
{
    private AcquirerOutcome()
    {
    }

    /// <summary>Done, for good.</summary>
    /// <param name="Reference">The acquirer's name of it.</param>
    internal sealed record Approved(string Reference) : AcquirerOutcome;

    /// <summary>Decided against, for good; nothing was done.</summary>
    /// <param name="Code">In lower snake case, e.g. <c>insufficient_funds</c>.</param>
    /// <param name="Message">The same for people.</param>
    internal sealed record Declined(string Code, string Message) : AcquirerOutcome;

    /// <summary>Accepted and not decided yet: ask again later.</summary>
    internal sealed record Pending : AcquirerOutcome;
}
