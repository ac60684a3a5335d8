using Mesh.Config.Yaml;

namespace Mesh.Config.Resources;

/// <summary>Which fields the spec of a kind has: for tables and tests that must not forget one.</summary>
public static class ResourceFields
{
    /// <summary>Fields of the spec's message and of all messages below it, each message once, in written order.</summary>
    /// <exception cref="ArgumentException">There is no such kind.</exception>
    public static IReadOnlyList<(string Message, string Field)> Of(string group, string kind)
    {
        var definition = ResourceKinds.Find(group, kind) ?? throw new ArgumentException($"{group} {kind} is not a kind that is read");
        var spec = definition.Shape.Declarations.Single(declaration => declaration.Field == "spec").Message!;
        var found = new List<(string, string)>();
        Add(spec, found, []);
        return found;
    }

    private static void Add(IMessageSchema message, List<(string, string)> found, HashSet<string> seen)
    {
        if (!seen.Add(message.Name)) return;
        foreach (var (field, _) in message.Declarations) found.Add((message.Name, field));
        foreach (var (_, inner) in message.Declarations)
            if (inner is not null) Add(inner, found, seen);
    }
}
