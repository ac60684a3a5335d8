using System.Collections.Concurrent;

namespace Mesh.Payments.Telemetry;

/// <summary>Short names of statements: few, so that they can be a tag of a metric.</summary>
internal static class StatementNames
{
    private const int Limit = 500;
    private static readonly char[] Separators = [' ', '(', ',', '\n'];
    private static readonly ConcurrentDictionary<string, string> Known = new();

    /// <summary><c>SELECT accounts</c> for <c>SELECT … FROM accounts …</c>; the verb alone where no table is found.</summary>
    public static string Of(string sql)
    {
        if (Known.TryGetValue(sql, out var name)) return name;
        name = Make(sql);
        // Statements are constants of this program, but for few that are put together.
        if (Known.Count < Limit) Known.TryAdd(sql, name);
        return name;
    }

    private static string Make(string sql)
    {
        var lines = sql.Split('\n').Where(line => !line.StartsWith("--", StringComparison.Ordinal));
        var words = string.Join('\n', lines).Split(Separators, StringSplitOptions.RemoveEmptyEntries);
        var verb = words.Length == 0 ? "" : words[0].ToUpperInvariant();
        var marker = verb switch
        {
            "INSERT" => "INTO",
            "UPDATE" => "UPDATE",
            // What the ledger writes at once: the table that is written first.
            "WITH" => "UPDATE",
            _ => "FROM",
        };
        var at = Array.FindIndex(words, word => word.Equals(marker, StringComparison.OrdinalIgnoreCase));
        return at >= 0 && at + 1 < words.Length && words[at + 1].All(character => char.IsAsciiLetterLower(character) || character == '_')
            ? $"{verb} {words[at + 1]}"
            : verb;
    }
}
