namespace Mesh.Config.Diagnostics;

/// <summary>Where an object or a field was read.</summary>
/// <param name="Origin">A file path, or <c>kube://cluster/kind/namespace/name</c>.</param>
/// <param name="Line">1-based line, 0 when the origin has no lines.</param>
/// <param name="Column">1-based column, 0 when the origin has no columns.</param>
public readonly record struct SourceLocation(string Origin, int Line = 0, int Column = 0)
{
    public static SourceLocation None { get; } = new("");

    /// <summary><c>file:line:column</c>, the form that editors make clickable.</summary>
    public override string ToString() => Line == 0 ? Origin ?? "" : $"{Origin}:{Line}:{Column}";
}
