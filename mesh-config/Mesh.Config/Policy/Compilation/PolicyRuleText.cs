using System.Collections.Immutable;

namespace Mesh.Config.Policy.Compilation;

/// <summary>
/// A rule as it is written: one of the sources, one of the operations, and every condition. Inside a source or operation
/// all conditions hold; no source, no operation: any.
/// </summary>
internal sealed record PolicyRuleText(
    ImmutableArray<ImmutableArray<PolicyConditionText>> From,
    ImmutableArray<ImmutableArray<PolicyConditionText>> To,
    ImmutableArray<PolicyConditionText> When);
