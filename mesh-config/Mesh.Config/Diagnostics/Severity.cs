namespace Mesh.Config.Diagnostics;

/// <summary>How bad a finding is. An <see cref="Error"/> rejects the object, a <see cref="Warning"/> accepts it.</summary>
public enum Severity
{
    Info,
    Warning,
    Error,
}
