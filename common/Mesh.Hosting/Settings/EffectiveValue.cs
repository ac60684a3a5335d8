namespace Mesh.Hosting.Settings;

/// <param name="Texts">Null when neither given nor defaulted.</param>
/// <param name="Origin">For people, e.g. <c>option --listen</c>.</param>
internal sealed record EffectiveValue(IReadOnlyList<string>? Texts, string Origin, object? Parsed);
