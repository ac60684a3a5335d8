namespace Mesh.FakeKube.Storage;

/// <summary>One condition of a label selector.</summary>
/// <param name="Operator">=, !=, in, notin, exists or !.</param>
internal sealed record LabelRequirement(string Key, string Operator, IReadOnlyList<string> Values)
{
    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        var present = labels.TryGetValue(Key, out var value);
        return Operator switch
        {
            "exists" => present,
            "!" => !present,
            "=" or "in" => present && Values.Contains(value),
            // As Kubernetes has it: what lacks the label differs from every value.
            _ => !present || !Values.Contains(value),
        };
    }
}
