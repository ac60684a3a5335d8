using Mesh.Config.Resources.Security;

namespace Mesh.Config.Policy;

/// <summary>One rule of one policy, and what became of it.</summary>
/// <param name="Policy"><c>namespace/name</c>.</param>
/// <param name="Action">What the policy does.</param>
/// <param name="Rule">Position in the policy, from 0; -1 for a policy without rules.</param>
/// <param name="DryRun">The policy carries <c>istio.io/dry-run</c>: never enforced.</param>
/// <param name="Matched">Whether the request is one that the rule means.</param>
/// <param name="Reason">The conditions it met, or the first that it did not.</param>
public sealed record PolicyStep(
    string Policy, AuthorizationAction Action, int Rule, bool DryRun, bool Matched, string Reason)
{
    /// <summary>One line for people.</summary>
    public override string ToString()
    {
        var rule = Rule < 0 ? "" : $" rule {Rule}";
        var verb = Matched ? "matches" : "does not match";
        return $"{Action.ToString().ToUpperInvariant()} {Policy}{rule}{(DryRun ? " (dry-run)" : "")} {verb}: {Reason}";
    }
}
