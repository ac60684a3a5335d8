using System.Collections.Immutable;

namespace Mesh.FakeKube.Kinds;

/// <summary>The kinds that are served now. Thread-safe.</summary>
internal sealed class KindRegistry
{
    private ImmutableSortedDictionary<string, ResourceType> types =
        BuiltInKinds.All.ToImmutableSortedDictionary(type => type.Id, type => type, StringComparer.Ordinal);

    public IEnumerable<ResourceType> All => types.Values;

    public IEnumerable<string> Groups => All.Select(type => type.Group).Where(group => group.Length > 0).Distinct().Order(StringComparer.Ordinal);

    /// <param name="plural">As in paths.</param>
    public ResourceType? Find(string group, string version, string plural) =>
        types.TryGetValue(group.Length == 0 ? plural : $"{plural}.{group}", out var type) && type.Versions.Contains(version) ? type : null;

    public ResourceType? FindKind(string apiVersion, string kind)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        var group = slash < 0 ? "" : apiVersion[..slash];
        var version = apiVersion[(slash + 1)..];
        return All.FirstOrDefault(type => type.Kind == kind && type.Group == group && type.Versions.Contains(version));
    }

    /// <summary>Every version that any kind of the group has; the newest stable one first.</summary>
    public IReadOnlyList<string> VersionsOf(string group) =>
        [.. All.Where(type => type.Group == group).SelectMany(type => type.Versions).Distinct().OrderBy(VersionRank)];

    public IEnumerable<ResourceType> Serving(string group, string version) =>
        All.Where(type => type.Group == group && type.Versions.Contains(version));

    public void Set(ResourceType type) => ImmutableInterlocked.Update(ref types, all => all.SetItem(type.Id, type));

    public void Remove(string id) => ImmutableInterlocked.Update(ref types, all => all.Remove(id));

    /// <summary>Kubernetes' order of versions: v2, v1, v1beta2, v1beta1, v1alpha1.</summary>
    public static (int Stability, int Major, int Minor) VersionRank(string version)
    {
        foreach (var (word, stability) in new[] { ("alpha", 2), ("beta", 1) })
        {
            var at = version.IndexOf(word, StringComparison.Ordinal);
            if (at > 0 && int.TryParse(version.AsSpan(1, at - 1), out var major) && int.TryParse(version.AsSpan(at + word.Length), out var minor))
                return (stability, -major, -minor);
        }

        return (0, version.Length > 1 && int.TryParse(version.AsSpan(1), out var stable) ? -stable : 0, 0);
    }
}
