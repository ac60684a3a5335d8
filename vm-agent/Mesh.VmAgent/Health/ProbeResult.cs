namespace Mesh.VmAgent.Health;

/// <summary>What one probe found.</summary>
/// <param name="Reason">One CamelCase word for machines, e.g. <c>ConnectionRefused</c>.</param>
/// <param name="Message">A sentence for people; says what was probed.</param>
public readonly record struct ProbeResult(bool Succeeded, string Reason, string Message)
{
    public static ProbeResult Success(string message) => new(true, "ProbeSucceeded", message);

    public static ProbeResult Failure(string reason, string message) => new(false, reason, message);
}
