namespace Mesh.FakeKube.Patching;

/// <summary>How the list at one path is merged.</summary>
/// <param name="ApplyKeys">Fields that tell items apart in server-side apply; none: a set of scalars.</param>
/// <param name="PatchKey">The one field that strategic merge patches tell items apart by; null where such a patch replaces the list.</param>
internal sealed record ListRule(IReadOnlyList<string> ApplyKeys, string? PatchKey);
