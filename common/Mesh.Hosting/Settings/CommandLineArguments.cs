namespace Mesh.Hosting.Settings;

/// <summary>The command line, taken apart by a <see cref="SettingsDefinition"/> but not yet interpreted.</summary>
internal sealed class CommandLineArguments
{
    private static readonly string[] BuiltIn = ["help", "version", "print-config"];

    public Dictionary<Setting, IReadOnlyList<string>> Values { get; } = [];

    public bool Help { get; private set; }

    public bool Version { get; private set; }

    public bool PrintConfig { get; private set; }

    /// <exception cref="SettingsException">Unknown option, missing value, or one given twice.</exception>
    public static CommandLineArguments Parse(SettingsDefinition definition, string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var result = new CommandLineArguments();
        for (var index = 0; index < args.Length; index++)
        {
            var (name, value) = Split(definition, args[index]);
            if (result.TakeBuiltIn(name)) continue;
            var setting = definition.Settings.FirstOrDefault(candidate => candidate.Name == name)
                ?? throw Unknown(definition, $"unknown option --{name}", name);
            if (value is null && setting.Flag) value = "true";
            if (value is null && index + 1 < args.Length && !args[index + 1].StartsWith("--", StringComparison.Ordinal))
                value = args[++index];
            result.Add(setting, value ?? throw new SettingsException($"--{name} needs a value: --{name} {setting.Hint}"));
        }

        return result;
    }

    /// <summary>With the nearest known name, if one is near.</summary>
    internal static SettingsException Unknown(SettingsDefinition definition, string what, string name)
    {
        var nearest = definition.Settings.Select(setting => setting.Name).Concat(BuiltIn)
            .Select(known => (known, distance: Distance(name, known))).MinBy(candidate => candidate.distance);
        var hint = nearest.distance <= Math.Max(2, name.Length / 3) ? $"did you mean {nearest.known}?" : "";
        return new SettingsException($"{what}; {hint}{(hint.Length > 0 ? " " : "")}see {definition.Program} --help");
    }

    private static (string Name, string? Value) Split(SettingsDefinition definition, string argument)
    {
        if (argument is "-h" or "-?") return ("help", null);
        if (!argument.StartsWith("--", StringComparison.Ordinal) || argument.Length == 2)
            throw new SettingsException($"unexpected argument '{argument}'; options begin with --, see {definition.Program} --help");
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (argument[2..], null) : (argument[2..equals], argument[(equals + 1)..]);
    }

    private static int Distance(string left, string right)
    {
        var previous = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var row = 1; row <= left.Length; row++)
        {
            var current = new int[right.Length + 1];
            current[0] = row;
            for (var column = 1; column <= right.Length; column++)
            {
                var substitution = previous[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1);
                current[column] = Math.Min(substitution, Math.Min(previous[column], current[column - 1]) + 1);
            }

            previous = current;
        }

        return previous[right.Length];
    }

    private bool TakeBuiltIn(string name)
    {
        Help |= name == "help";
        Version |= name == "version";
        PrintConfig |= name == "print-config";
        return BuiltIn.Contains(name);
    }

    private void Add(Setting setting, string value)
    {
        if (!Values.TryGetValue(setting, out var earlier)) Values[setting] = [value];
        else if (setting.Repeatable) Values[setting] = [.. earlier, value];
        else throw new SettingsException($"--{setting.Name} is given twice; give it once");
    }
}
