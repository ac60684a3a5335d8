namespace Mesh.Config.Model.Compilation;

/// <summary>Orders services of several namespaces that claim one host.</summary>
/// <remarks>
/// Source: istio pilot/pkg/model/sidecar.go: a Kubernetes Service takes precedence over ServiceEntries, so that nobody can
/// take over its host; among those the oldest counts. A client takes the first that it sees.
/// </remarks>
internal static class SameHost
{
    /// <returns>The first, which carries the others.</returns>
    public static CompiledService Combine(IEnumerable<CompiledService> services)
    {
        var ordered = services
            .OrderBy(service => service.Traits.IsKubernetes ? 0 : 1)
            .ThenBy(service => service.Traits.Created)
            .ThenBy(service => service.Namespace, StringComparer.Ordinal)
            .ToArray();
        return ordered.Length == 1 ? ordered[0] : ordered[0] with { Others = [.. ordered[1..]] };
    }
}
