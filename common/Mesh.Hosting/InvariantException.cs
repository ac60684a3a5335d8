namespace Mesh.Hosting;

/// <summary>A defect of ours, never of the input: what was asserted to always hold did not.</summary>
public sealed class InvariantException(string message) : Exception(message);
