namespace Mesh.Hosting;

/// <summary>
/// A process cannot start or go on for a reason its operator can remove. The message says what, where and what to do, on
/// one line; <see cref="MeshProcess"/> prints it without a stack trace.
/// </summary>
public sealed class StartupException(string message, int exitCode = ExitCodes.Failed, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public int ExitCode { get; } = exitCode;
}
