using System.Collections.Immutable;
using Mesh.Config.Model.Compilation;

namespace Mesh.Config.Model.Incremental;

/// <summary>
/// Whether a result that was computed again says the same as before: the earlier instance is then kept, and whatever
/// depends on it need not be computed again. A member that is a collection and not named here counts as different.
/// </summary>
internal static class ByValue
{
    public static bool Same(CompiledService left, CompiledService right) =>
        Equal(left.SubjectAltNames, right.SubjectAltNames)
        && Equal(left.Identities, right.Identities)
        && Equal(left.Ports, right.Ports, Same)
        && Equal(left.Others, right.Others, Same)
        && Same(left.Traits, right.Traits)
        && left with
        {
            SubjectAltNames = right.SubjectAltNames,
            Identities = right.Identities,
            Ports = right.Ports,
            Others = right.Others,
            Traits = right.Traits,
        } == right;

    public static bool Same(Upstream left, Upstream right) =>
        Equal(left.ExpectedIdentities, right.ExpectedIdentities)
        && Equal(left.Endpoints, right.Endpoints, Same)
        && left with { ExpectedIdentities = right.ExpectedIdentities, Endpoints = right.Endpoints } == right;

    private static bool Same(ServiceTraits left, ServiceTraits right) =>
        Equal(left.ExportTo, right.ExportTo) && left with { ExportTo = right.ExportTo } == right;

    private static bool Same(CompiledPort left, CompiledPort right) =>
        Equal(left.Endpoints, right.Endpoints, Same) && left with { Endpoints = right.Endpoints } == right;

    private static bool Same(MeshEndpoint left, MeshEndpoint right) =>
        Same(left.Labels, right.Labels)
        && Equal(left.OtherAddresses, right.OtherAddresses)
        && left with { Labels = right.Labels, OtherAddresses = right.OtherAddresses } == right;

    private static bool Same(ProxyEndpoint left, ProxyEndpoint right) =>
        Same(left.Labels, right.Labels) && left with { Labels = right.Labels } == right;

    private static bool Same(
        ImmutableSortedDictionary<string, string> left, ImmutableSortedDictionary<string, string> right) =>
        ReferenceEquals(left, right) || left.Count == right.Count && LabelMatch.Selects(left, right);

    private static bool Equal<T>(ImmutableArray<T> left, ImmutableArray<T> right) =>
        left == right || left.AsSpan().SequenceEqual(right.AsSpan());

    private static bool Equal<T>(ImmutableArray<T> left, ImmutableArray<T> right, Func<T, T, bool> same)
    {
        if (left == right) return true;
        if (left.Length != right.Length) return false;
        for (var i = 0; i < left.Length; i++)
            if (!same(left[i], right[i]))
                return false;
        return true;
    }
}
