using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Mesh.Hosting.Settings;

/// <summary>Reads what <see cref="SettingsDefinition"/> declares; see there for an example.</summary>
public static class SettingsReader
{
    /// <summary>
    /// False when the process is to end at once with <paramref name="exitCode"/>: after <c>--help</c>, <c>--version</c> and
    /// <c>--print-config</c> (0, on standard output), or after one message about what is wrong (64, on standard error).
    /// </summary>
    public static bool TryRead(
        SettingsDefinition definition, string[] args, [NotNullWhen(true)] out EffectiveSettings? settings, out int exitCode) =>
        TryRead(definition, args, ProcessEnvironment(), Console.Out, Console.Error, out settings, out exitCode);

    /// <inheritdoc cref="TryRead(SettingsDefinition, string[], out EffectiveSettings?, out int)"/>
    /// <remarks>With everything that is otherwise the process's own.</remarks>
    public static bool TryRead(
        SettingsDefinition definition,
        string[] args,
        IReadOnlyDictionary<string, string> environment,
        TextWriter output,
        TextWriter error,
        [NotNullWhen(true)] out EffectiveSettings? settings,
        out int exitCode)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        settings = null;
        exitCode = ExitCodes.Ok;
        try
        {
            var options = CommandLineArguments.Parse(definition, args);
            if (options.Help) output.Write(SettingsHelp.Write(definition));
            else if (options.Version) output.WriteLine($"{definition.Program} {ProgramVersion()}");
            else settings = Resolve(definition, options, environment);
            if (settings is null || !options.PrintConfig) return settings is not null;

            output.Write(settings.Print());
            settings = null;
            return false;
        }
        catch (SettingsException exception)
        {
            error.WriteLine($"{definition.Program}: {exception.Message}");
            exitCode = ExitCodes.Usage;
            return false;
        }
    }

    /// <summary>The version this binary was built as.</summary>
    public static string ProgramVersion() =>
        typeof(SettingsReader).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private static EffectiveSettings Resolve(
        SettingsDefinition definition, CommandLineArguments options, IReadOnlyDictionary<string, string> environment)
    {
        var configPath = options.Values.TryGetValue(definition.Config, out var paths)
            ? paths[0]
            : environment.GetValueOrDefault(definition.EnvironmentName(definition.Config));
        var file = configPath is null ? null : SettingsFile.Read(definition, configPath);

        var given = new GivenSettings(setting => Given(definition, setting, options, environment, file)?.Texts, environment);
        var elsewhere = definition.Elsewhere?.Invoke(given);
        var values = new Dictionary<Setting, EffectiveValue>();
        foreach (var setting in definition.Settings)
        {
            var found = Given(definition, setting, options, environment, file)
                ?? elsewhere?.GetValueOrDefault(setting.Name)
                ?? (setting.Defaults is { } defaults ? new FoundValue(defaults, "default") : null);
            values[setting] = Parse(definition, setting, found);
        }

        var settings = new EffectiveSettings(definition, values);
        foreach (var check in definition.Checks)
        {
            if (check(settings) is { } wrong) throw new SettingsException($"{wrong}; see {definition.Program} --help");
        }

        return settings;
    }

    /// <summary>Null when none of our own places has it.</summary>
    private static FoundValue? Given(
        SettingsDefinition definition,
        Setting setting,
        CommandLineArguments options,
        IReadOnlyDictionary<string, string> environment,
        SettingsFile? file)
    {
        // Only variables of known settings are looked at: Kubernetes adds others with the same prefix for a Service of
        // the same name (MESH_GATEWAY_SERVICE_HOST), so an unknown variable cannot be called wrong.
        var variable = definition.EnvironmentName(setting);
        return options.Values.TryGetValue(setting, out var fromOption) ? new FoundValue(fromOption, $"option --{setting.Name}")
            : environment.TryGetValue(variable, out var fromVariable) ? new FoundValue(SplitVariable(setting, fromVariable), $"environment {variable}")
            : file?.Values.TryGetValue(setting, out var fromFile) == true ? new FoundValue(fromFile, $"file {file.Path}")
            : null;
    }

    private static EffectiveValue Parse(SettingsDefinition definition, Setting setting, FoundValue? found)
    {
        if (found is null && setting.Required)
            throw new SettingsException($"--{setting.Name} {setting.Hint} is required: {setting.Description} "
                + $"(or environment {definition.EnvironmentName(setting)}, or \"{setting.Name}\" in the --config file)");
        var origin = found?.Origin ?? "not set";
        try
        {
            return new EffectiveValue(found?.Texts, origin, setting.ParseObject(found?.Texts));
        }
        catch (FormatException exception)
        {
            var reason = setting.Secret ? "the value is not valid" : exception.Message;
            throw new SettingsException($"{origin}: {reason}");
        }
    }

    private static string[] SplitVariable(Setting setting, string text) =>
        setting.Repeatable ? text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [text];

    /// <summary>The variables of this process.</summary>
    public static IReadOnlyDictionary<string, string> ProcessEnvironment()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        return variables;
    }
}
