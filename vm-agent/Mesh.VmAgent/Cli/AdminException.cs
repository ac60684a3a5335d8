namespace Mesh.VmAgent.Cli;

/// <summary>The running agent did not answer, or refused; the message says which and what to do.</summary>
internal sealed class AdminException(string message) : Exception(message);
