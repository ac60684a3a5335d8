namespace Mesh.VmAgent.Checks;

/// <summary>How one check ended.</summary>
internal enum CheckOutcome
{
    Passed,

    /// <summary>There was nothing to check, for the reason told.</summary>
    Skipped,
    Failed,
}
