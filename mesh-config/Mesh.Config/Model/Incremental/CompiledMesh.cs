using System.Collections.Immutable;
using Mesh.Config.Model.Compilation;

namespace Mesh.Config.Model.Incremental;

/// <summary>All that was compiled at one moment. Immutable.</summary>
/// <param name="Version">Grows with every update.</param>
/// <param name="Services">By host.</param>
/// <param name="Declarations">By host: services without their endpoints.</param>
/// <param name="ViewFacts">Shared by all versions.</param>
internal sealed record CompiledMesh(
    long Version,
    MeshIndex Index,
    MeshModelOptions Options,
    ImmutableSortedDictionary<string, CompiledService> Services,
    ImmutableDictionary<string, CompiledService> Declarations,
    ImmutableDictionary<Dependency, object> Facts,
    ImmutableSortedSet<string> Networks,
    NetworkGateways Gateways,
    Memo<Dependency, object> ViewFacts) : IMeshState
{
    public static CompiledMesh Empty(MeshModelOptions options) => new(
        0,
        MeshIndex.Empty(options.ClusterDomain),
        options,
        ImmutableSortedDictionary.Create<string, CompiledService>(StringComparer.Ordinal),
        ImmutableDictionary.Create<string, CompiledService>(StringComparer.Ordinal),
        ImmutableDictionary<Dependency, object>.Empty,
        ImmutableSortedSet.Create<string>(StringComparer.Ordinal),
        NetworkGateways.None,
        new Memo<Dependency, object>(Equals));

    public object? Observe(Dependency dependency) => dependency.Kind switch
    {
        DependencyKind.Service => Services.GetValueOrDefault(dependency.Name),
        DependencyKind.Declaration => Declarations.GetValueOrDefault(dependency.Name),
        DependencyKind.Declarations => Declarations,
        DependencyKind.Fact => Facts.GetValueOrDefault(dependency),
        DependencyKind.Networks => Networks,
        DependencyKind.Gateways => Gateways,
        _ => Index.Find(dependency),
    };

    public object Fact(Dependency name, Func<MeshReader, object> compute, MeshReader reader)
    {
        // A fact that only views ask for is no computation of the compiler's: what it reads counts as read by the view.
        if (!Facts.TryGetValue(name, out var value)) return ViewFacts.Get(name, this, compute, reader);
        reader.Note(name, value);
        return value;
    }
}
