using Mesh.Config.Diagnostics;

namespace Mesh.Config.Model.Incremental;

/// <summary>By place, then code and message; equal only what is equal by value.</summary>
internal sealed class DiagnosticOrder : IComparer<Diagnostic>
{
    public static DiagnosticOrder Instance { get; } = new();

    public int Compare(Diagnostic? x, Diagnostic? y)
    {
        if (x is null || y is null) return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        var order = string.CompareOrdinal(x.Location.Origin, y.Location.Origin);
        if (order == 0) order = x.Location.Line.CompareTo(y.Location.Line);
        if (order == 0) order = x.Location.Column.CompareTo(y.Location.Column);
        if (order == 0) order = string.CompareOrdinal(x.Code, y.Code);
        if (order == 0) order = string.CompareOrdinal(x.Message, y.Message);
        if (order == 0) order = x.Severity.CompareTo(y.Severity);
        return order != 0 ? order : string.CompareOrdinal(x.Subject, y.Subject);
    }
}
