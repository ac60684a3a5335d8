namespace Mesh.Config.Model.Compilation;

/// <summary>Finds the service that a client means by a host.</summary>
internal static class ServiceLookup
{
    /// <summary>ExternalName may lead to an ExternalName; more hops than this are a loop.</summary>
    private const int MaxAliasHops = 8;

    /// <summary>
    /// The first service of the host that the client sees, and for an ExternalName the service it stands for, when the mesh
    /// has that one (else the ExternalName itself). Null when there is none.
    /// </summary>
    /// <param name="services">Gives the service of a host in lower case.</param>
    /// <remarks>Source: istio pilot/pkg/model/push_context.go resolveServiceAliases.</remarks>
    public static CompiledService? Find(
        Func<string, CompiledService?> services, string host, Func<CompiledService, bool> sees)
    {
        var found = FindExact(services, host, sees);
        var target = found;
        for (var hops = 0; target is { Traits.AliasOf.Length: > 0 } alias; hops++)
        {
            if (hops == MaxAliasHops) return found;
            // The alias is what the client must see; what it stands for follows from it.
            target = FindExact(services, alias.Traits.AliasOf, static _ => true);
            found = target ?? alias;
        }

        return found;
    }

    private static CompiledService? FindExact(
        Func<string, CompiledService?> services, string host, Func<CompiledService, bool> sees)
    {
        if ((services(host) ?? services(host.ToLowerInvariant())) is not { } first) return null;
        if (sees(first)) return first;
        foreach (var other in first.Others)
            if (sees(other))
                return other;
        return null;
    }
}
