using Mesh.Config.Diagnostics;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Validation;

/// <summary>A place in the document that a rule looks at; made only to report what is wrong there.</summary>
internal readonly struct RuleScope(YamlValue node, ReadContext context, string path = "")
{
    /// <summary>A field of the message here; the message itself when the field is absent.</summary>
    public RuleScope this[string field] => new(Find(field)?.Value ?? node, context, $"{path}.{field}");

    /// <summary>An item of the list here.</summary>
    public RuleScope this[int index] => new(
        node.Kind == YamlKind.List && index < node.Items.Count ? node.Items[index] : node, context,
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{path}[{index}]"));

    /// <summary>A key of the map here, with its value.</summary>
    public RuleScope Entry(string key) => new(Find(key)?.Value ?? node, context, $"{path}[{key}]");

    /// <summary>A key of the map here, without its value.</summary>
    public RuleScope Key(string key) => new(Find(key)?.Key ?? node, context, $"{path}[{key}]");

    /// <summary>True when the field is given, maybe empty.</summary>
    public bool Has(string field) => Find(field) is { Value.IsNull: false };

    /// <summary>The object is rejected.</summary>
    public void Error(string message) => context.Add(Severity.Error, node, DiagnosticCodes.BadValue, message, path);

    /// <summary>The object is rejected: the field, or one of several, is needed.</summary>
    public void Missing(string field, string why) =>
        context.Add(Severity.Error, node, DiagnosticCodes.MissingField, $"{field} is missing; {why}", path);

    /// <summary>The object is accepted.</summary>
    public void Warning(string message, string code = DiagnosticCodes.BadValue) =>
        context.Add(Severity.Warning, node, code, message, path);

    private YamlEntry? Find(string field)
    {
        foreach (var entry in node.Entries)
            if (entry.Key.Text == field || entry.Key.Text.Contains('_', StringComparison.Ordinal) && IsSnakeCaseOf(entry.Key.Text, field))
                return entry;
        return null;
    }

    private static bool IsSnakeCaseOf(string snake, string field) =>
        string.Equals(snake.Replace("_", "", StringComparison.Ordinal), field, StringComparison.OrdinalIgnoreCase);
}
