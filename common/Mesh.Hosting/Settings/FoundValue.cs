namespace Mesh.Hosting.Settings;

/// <summary>A value of a setting that was found elsewhere than in our own options, variables and files.</summary>
/// <param name="Texts">One, or several where the setting is repeatable.</param>
/// <param name="Origin">For people: file and line, or variable.</param>
public sealed record FoundValue(IReadOnlyList<string> Texts, string Origin);
