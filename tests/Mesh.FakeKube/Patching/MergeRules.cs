namespace Mesh.FakeKube.Patching;

/// <summary>The lists of a kind that are merged item by item; every other list is one value.</summary>
/// <remarks>
/// Paths are names of fields with dots between them; items of lists add nothing. Source of the rules: the
/// <c>x-kubernetes-list-map-keys</c> and <c>x-kubernetes-patch-merge-key</c> in Kubernetes' OpenAPI document.
/// </remarks>
internal sealed class MergeRules
{
    private static readonly Dictionary<string, ListRule> Everywhere = new(StringComparer.Ordinal)
    {
        ["metadata.ownerReferences"] = new(["uid"], "uid"),
        ["metadata.finalizers"] = new([], ""),
    };

    private readonly Dictionary<string, ListRule> rules;

    public MergeRules(IEnumerable<KeyValuePair<string, ListRule>> rules) =>
        this.rules = new Dictionary<string, ListRule>(rules, StringComparer.Ordinal);

    public static MergeRules None { get; } = new([]);

    public IReadOnlyDictionary<string, ListRule> All => rules;

    /// <param name="lists">Path, keys of apply with commas between them, key of patches if there is one.</param>
    public static MergeRules Of(params (string Path, string ApplyKeys, string? PatchKey)[] lists) =>
        new(lists.Select(list => KeyValuePair.Create(
            list.Path,
            new ListRule(list.ApplyKeys.Split(',', StringSplitOptions.RemoveEmptyEntries), list.PatchKey))));

    public ListRule? At(string path) => rules.GetValueOrDefault(path) ?? Everywhere.GetValueOrDefault(path);

    public static string Join(string path, string field) => path.Length == 0 ? field : $"{path}.{field}";
}
