using System.Collections.Immutable;

namespace Mesh.Config.Policy;

/// <summary>What AuthorizationPolicies say to one request.</summary>
public sealed record PolicyVerdict
{
    internal static PolicyVerdict NothingApplies { get; } = new()
    {
        Allowed = true,
        Reason = "no ALLOW policy applies to this workload and no DENY policy matches",
    };

    /// <summary>
    /// Whether the request may go on. False is answered with 403 and gRPC PERMISSION_DENIED, or the connection is closed.
    /// With a <see cref="Provider"/> this holds only after the provider has said yes.
    /// </summary>
    public required bool Allowed { get; init; }

    /// <summary>Why, in one sentence without details of the request.</summary>
    public required string Reason { get; init; }

    /// <summary>
    /// Name of the policy and rule that decided as Envoy has it, <c>ns[prod]-policy[callers]-rule[0]</c>; <c>none</c> when it was the lack
    /// of a matching ALLOW rule; empty when no policy had a say.
    /// </summary>
    public string MatchedPolicy { get; init; } = "";

    /// <summary>The external authorizer of a matching CUSTOM policy, which is to be asked first; null without one.</summary>
    public string? Provider { get; init; }

    /// <summary>AUDIT rules that matched, named as in <see cref="MatchedPolicy"/>.</summary>
    public ImmutableArray<string> Audited { get; init; } = [];

    /// <summary>What the dry-run policies alone would have said; null when there are none.</summary>
    public PolicyVerdict? DryRun { get; init; }

    /// <summary>For <c>%RESPONSE_CODE_DETAILS%</c> of an access log, as Envoy's RBAC filter writes it; empty when allowed.</summary>
    public string ResponseCodeDetails => Allowed ? "" : $"rbac_access_denied_matched_policy[{MatchedPolicy}]";
}
