namespace Mesh.Aws;

/// <summary>Reads the INI dialect of <c>~/.aws/config</c> and <c>~/.aws/credentials</c>.</summary>
internal static class SharedFile
{
    /// <summary>The settings of a section, names in lower case; nested ones (indented lines) are left out.</summary>
    /// <param name="section">E.g. <c>profile payments</c>; any number of blanks may stand between the words in the file.</param>
    public static IReadOnlyDictionary<string, string> Section(IEnumerable<string> lines, string section)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        var isInside = false;
        foreach (var line in lines)
        {
            if (line.Length == 0 || line[0] is '#' or ';' or ' ' or '\t') continue;
            if (line[0] == '[')
            {
                isInside = NameOf(line) == section;
                continue;
            }

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (isInside && equals > 0)
                settings[line[..equals].Trim().ToLowerInvariant()] = WithoutComment(line[(equals + 1)..]).Trim();
        }

        return settings;
    }

    private static string NameOf(string line)
    {
        var end = line.IndexOf(']', StringComparison.Ordinal);
        var name = end < 0 ? line[1..] : line[1..end];
        return string.Join(' ', name.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>A comment within a line begins after a blank, so that a secret may contain its signs.</summary>
    private static string WithoutComment(string value)
    {
        for (var i = 1; i < value.Length; i++)
        {
            if (value[i] is '#' or ';' && value[i - 1] is ' ' or '\t') return value[..i];
        }

        return value;
    }
}
