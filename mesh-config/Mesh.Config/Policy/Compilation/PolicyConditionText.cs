using System.Collections.Immutable;

namespace Mesh.Config.Policy.Compilation;

/// <summary>A condition as it is written, whether in a source, an operation or under <c>when</c>.</summary>
internal sealed record PolicyConditionText(string Key, ImmutableArray<string> Values, ImmutableArray<string> NotValues);
