using System.Collections.Immutable;

namespace Mesh.Kubernetes.Api;

/// <summary>One page of a list.</summary>
/// <param name="Continue">Token for the next page; empty on the last.</param>
internal sealed record ApiPage(ImmutableArray<ApiItem> Items, string ResourceVersion, string Continue);
