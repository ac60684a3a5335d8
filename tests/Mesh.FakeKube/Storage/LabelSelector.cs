using System.Text.RegularExpressions;
using Mesh.FakeKube.Api;

namespace Mesh.FakeKube.Storage;

/// <summary>Reads <c>labelSelector</c>: <c>a=b,c!=d,e in (f,g),h notin (i),j,!k</c>.</summary>
internal static partial class LabelSelector
{
    /// <exception cref="StatusException">It is no selector.</exception>
    public static IReadOnlyList<LabelRequirement> Parse(string text) =>
        [.. Split(text).Select(part => part.Trim()).Where(part => part.Length > 0).Select(Requirement)];

    private static LabelRequirement Requirement(string part)
    {
        if (SetBased().Match(part) is { Success: true } set)
        {
            var values = set.Groups["values"].Value.Split(',').Select(value => value.Trim());
            return new LabelRequirement(set.Groups["key"].Value, set.Groups["operator"].Value, [.. values]);
        }

        if (Equality().Match(part) is { Success: true } equality)
        {
            return new LabelRequirement(
                equality.Groups["key"].Value, equality.Groups["operator"].Value == "!=" ? "!=" : "=", [equality.Groups["value"].Value]);
        }

        if (Existence().Match(part) is { Success: true } existence)
            return new LabelRequirement(existence.Groups["key"].Value, existence.Groups["not"].Length > 0 ? "!" : "exists", []);
        throw StatusException.BadRequest($"unable to parse requirement: found '{part}'");
    }

    /// <summary>At commas outside of parentheses.</summary>
    private static IEnumerable<string> Split(string text)
    {
        var start = 0;
        var depth = 0;
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] == '(') depth++;
            else if (text[index] == ')') depth--;
            else if (text[index] == ',' && depth == 0)
            {
                yield return text[start..index];
                start = index + 1;
            }
        }

        yield return text[start..];
    }

    [GeneratedRegex(@"^(?<key>[\w./-]+)\s+(?<operator>in|notin)\s*\((?<values>[^)]*)\)$")]
    private static partial Regex SetBased();

    [GeneratedRegex(@"^(?<key>[\w./-]+)\s*(?<operator>==|=|!=)\s*(?<value>[\w.-]*)$")]
    private static partial Regex Equality();

    [GeneratedRegex(@"^(?<not>!?)\s*(?<key>[\w./-]+)$")]
    private static partial Regex Existence();
}
