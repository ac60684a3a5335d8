namespace Mesh.FakeKube.Kinds;

/// <summary>A column of the Table answers.</summary>
/// <param name="Path">Dots between fields, as <c>.spec.hosts</c>; the answer is the value found there.</param>
/// <param name="Type">string, integer, boolean or date.</param>
/// <param name="Priority">Above 0 only <c>-o wide</c> shows it.</param>
internal sealed record PrinterColumn(string Name, string Path, string Type = "string", int Priority = 0);
