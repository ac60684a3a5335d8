using System.Text;
using Mesh.Hosting.Settings;

namespace Mesh.VmAgent.Cli;

/// <summary>What completes the command line of <c>mesh-agent</c> in a shell, made from the declared settings.</summary>
internal static class AgentCompletion
{
    private const string Other = "--print-config --version --help";

    /// <summary>Values of the settings that know them all.</summary>
    private static readonly Dictionary<string, string> Values = new(StringComparer.Ordinal)
    {
        ["log-level"] = "trace debug info warning error none",
        ["level"] = "trace debug info warning error none",
        ["output"] = "table json",
        ["outbound-unknown"] = "refuse allow",
        ["key-kind"] = "ecdsa-p256 ecdsa-p384 rsa-2048 rsa-3072 rsa-4096",
        ["register"] = "istiod file: kube:",
    };

    /// <summary>Null: there is none for that shell.</summary>
    public static string? For(string shell) => shell switch
    {
        "bash" => Bash(AgentCommand.All()),
        "zsh" => Zsh(AgentCommand.All()),
        _ => null,
    };

    private static string Bash(IReadOnlyList<AgentCommand> commands)
    {
        var output = new StringBuilder();
        output.Append("# Completion of mesh-agent for bash.\n_mesh_agent() {\n    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} options\n");
        output.Append("    COMPREPLY=()\n    case $prev in\n");
        foreach (var setting in Distinct(commands).Where(setting => !setting.Flag))
        {
            output.Append("        --").Append(setting.Name).Append(setting.Name == "output" ? "|-o) " : ") ");
            if (Values.TryGetValue(setting.Name, out var words)) output.Append("COMPREPLY=($(compgen -W '").Append(words).Append("' -- \"$cur\")); ");
            else if (setting.Hint == "DIR") output.Append("compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- \"$cur\"); ");
            else if (setting.Hint == "FILE") output.Append("compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); ");
            output.Append("return ;;\n");
        }

        output.Append("    esac\n    case ${COMP_WORDS[1]} in\n");
        foreach (var command in commands.Skip(1))
            output.Append("        ").Append(command.Name).Append(") options='").Append(Names(command)).Append("' ;;\n");
        output.Append("        completion) options='bash zsh' ;;\n        manual) options= ;;\n");
        output.Append("        *) options='").Append(Names(commands[0])).Append("' ;;\n    esac\n");
        output.Append("    if [ \"$COMP_CWORD\" = 1 ]; then options='").Append(Names(commands[0])).Append(' ')
            .Append(string.Join(' ', commands.Skip(1).Select(command => command.Name))).Append(" completion manual'; fi\n");
        output.Append("    COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n}\ncomplete -F _mesh_agent mesh-agent\n");
        return output.ToString();
    }

    private static string Zsh(IReadOnlyList<AgentCommand> commands)
    {
        var output = new StringBuilder();
        output.Append("#compdef mesh-agent\n# Completion of mesh-agent for zsh.\n_mesh_agent() {\n    local command=$words[2]\n    case $command in\n");
        foreach (var command in commands.Skip(1))
        {
            output.Append("        ").Append(command.Name).Append(")\n            shift words; (( CURRENT-- ))\n");
            Arguments(output, command, "            ");
            output.Append(" ;;\n");
        }

        output.Append("        completion) _values shell bash zsh ;;\n        manual) _message 'no more arguments' ;;\n        *)\n");
        output.Append("            (( CURRENT == 2 )) && _values command ").Append(string.Join(' ', commands.Skip(1).Select(command => command.Name)))
            .Append(" completion manual\n");
        Arguments(output, commands[0], "            ");
        output.Append(" ;;\n    esac\n}\n_mesh_agent \"$@\"\n");
        return output.ToString();
    }

    private static void Arguments(StringBuilder output, AgentCommand command, string indent)
    {
        output.Append(indent).Append("_arguments");
        foreach (var setting in command.Definition.Settings)
        {
            output.Append(" \\\n").Append(indent).Append("    '").Append(setting.Repeatable ? "*" : "").Append("--").Append(setting.Name)
                .Append('[').Append(Quoted(setting.Description)).Append(']');
            if (!setting.Flag) output.Append(':').Append(Quoted(setting.Hint)).Append(':').Append(Action(setting));
            output.Append('\'');
        }

        foreach (var option in Other.Split(' ')) output.Append(" \\\n").Append(indent).Append("    ").Append(option);
    }

    private static string Action(Setting setting) =>
        Values.TryGetValue(setting.Name, out var words) ? $"({words.Replace(":", "\\:", StringComparison.Ordinal)})"
        : setting.Hint switch { "FILE" => "_files", "DIR" => "_files -/", _ => "" };

    /// <summary>Within single quotes, and within brackets and colons of a specification.</summary>
    private static string Quoted(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "'\\''", StringComparison.Ordinal)
        .Replace("[", "\\[", StringComparison.Ordinal).Replace("]", "\\]", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);

    private static string Names(AgentCommand command) =>
        string.Join(' ', command.Definition.Settings.Select(setting => "--" + setting.Name)) + " " + Other;

    private static IEnumerable<Setting> Distinct(IReadOnlyList<AgentCommand> commands) =>
        commands.SelectMany(command => command.Definition.Settings).DistinctBy(setting => setting.Name);
}
