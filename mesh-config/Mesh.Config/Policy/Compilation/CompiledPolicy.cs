using System.Collections.Immutable;
using Mesh.Config.Resources.Security;

namespace Mesh.Config.Policy.Compilation;

/// <summary>One AuthorizationPolicy that applies to the workload.</summary>
internal sealed record CompiledPolicy
{
    public required string Namespace { get; init; }
    public required string Name { get; init; }
    public required AuthorizationAction Action { get; init; }
    public required ImmutableArray<CompiledRule> Rules { get; init; }

    /// <summary>The external authorizer of a CUSTOM policy.</summary>
    public string Provider { get; init; } = "";

    public bool DryRun { get; init; }

    public string Id => $"{Namespace}/{Name}";
}
