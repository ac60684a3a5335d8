using System.Collections.Immutable;

namespace Mesh.Config.Model.Compilation;

internal static class LabelMatch
{
    /// <summary>True when <paramref name="labels"/> has every pair of <paramref name="selector"/>; an empty selector matches all.</summary>
    public static bool Selects(
        ImmutableSortedDictionary<string, string> selector, ImmutableSortedDictionary<string, string> labels)
    {
        foreach (var (key, value) in selector)
            if (!labels.TryGetValue(key, out var actual) || actual != value)
                return false;
        return true;
    }
}
