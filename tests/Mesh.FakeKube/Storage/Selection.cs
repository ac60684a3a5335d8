using Mesh.FakeKube.Api;
using Mesh.FakeKube.Kinds;

namespace Mesh.FakeKube.Storage;

/// <summary>Which objects of a kind a list or watch is about.</summary>
/// <param name="Namespace">Empty for all.</param>
internal sealed record Selection(
    string Namespace, IReadOnlyList<LabelRequirement> Labels, IReadOnlyList<(string Field, string Value, bool Not)> Fields)
{
    public bool IsEverything => Labels.Count == 0 && Fields.Count == 0;

    /// <exception cref="StatusException">A selector cannot be read, or names a field that this kind does not offer.</exception>
    public static Selection Parse(ResourceType type, string space, string labelSelector, string fieldSelector)
    {
        var fields = new List<(string, string, bool)>();
        foreach (var part in fieldSelector.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0) throw StatusException.BadRequest($"invalid field selector: '{part}': can't understand '{part}'");
            var not = part[at - 1] == '!';
            var field = part[..(not ? at - 1 : at)].Trim();
            if (SelectableFields.Of(type).All(known => known.Name != field))
                throw StatusException.BadRequest($"Unable to find \"{type.ApiVersion(type.Versions[0])}, Resource={type.Plural}\" that match label selector \"{labelSelector}\", field selector \"{fieldSelector}\": field label not supported: {field}");
            fields.Add((field, part[(at + 1)..].TrimStart('=').Trim(), not));
        }

        return new Selection(space, LabelSelector.Parse(labelSelector), fields);
    }

    public bool Matches(StoredObject value) =>
        (Namespace.Length == 0 || value.Namespace == Namespace)
        && Labels.All(requirement => requirement.Matches(value.Labels))
        && Fields.All(field => (value.Fields.GetValueOrDefault(field.Field, "") == field.Value) != field.Not);
}
