namespace Mesh.Hosting.Settings;

/// <summary>All settings of one binary. Declared first, then read once by <see cref="SettingsReader"/>.</summary>
/// <remarks>
/// Every setting can be given as option (<c>--listen-address 127.0.0.1</c> or <c>--listen-address=127.0.0.1</c>), environment
/// variable (<c>MESH_GATEWAY_LISTEN_ADDRESS</c>) or key of the JSON file named by <c>--config</c>
/// (<c>"listen-address": "127.0.0.1"</c>; comments are allowed); the first of these that has it wins, then the default.
/// <c>--help</c>, <c>--version</c>, <c>--config</c> and <c>--print-config</c> are there for every binary.
/// </remarks>
/// <example><code>
/// var definition = new SettingsDefinition("mesh-gateway", "Edge and east-west gateway of an Istio mesh.");
/// var name = definition.Required("name", "NAME", "Name of this process in logs.", SettingParsers.Text);
/// var listen = definition.WithDefault("listen", "ADDR:PORT", "Where to listen.", AddressParsing.EndPoint, "127.0.0.1:8443");
/// var sources = definition.Many("source", "SOURCE", "Where configuration comes from.", SourceSpec.Parse);
/// var token = definition.Optional("ca-token", "FILE", "Token for the CA.", SettingParsers.ExistingFile);
/// definition.Check(settings => settings.Get(sources).Count == 0 ? "give at least one --source" : null);
///
/// if (!SettingsReader.TryRead(definition, args, out var settings, out var exitCode)) return exitCode;
/// IPEndPoint endPoint = settings.Get(listen);
/// </code></example>
public sealed class SettingsDefinition
{
    private readonly List<Setting> settings = [];
    private readonly List<Func<EffectiveSettings, string?>> checks = [];

    /// <param name="program">As typed, e.g. <c>mesh-gateway</c> or <c>meshctl ca serve</c>.</param>
    /// <param name="environmentPrefix">Default: the program in capitals, e.g. <c>MESH_GATEWAY_</c>.</param>
    public SettingsDefinition(string program, string summary, string? environmentPrefix = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(program);
        Program = program;
        Summary = summary;
        EnvironmentPrefix = environmentPrefix ?? ToEnvironment(program) + "_";
        Config = Optional("config", "FILE", "JSON file with any of these settings; comments are allowed.", SettingParsers.Text);
    }

    public string Program { get; }

    public string Summary { get; }

    public string EnvironmentPrefix { get; }

    /// <summary>In the order they were added.</summary>
    public IReadOnlyList<Setting> Settings => settings;

    internal Setting<string?> Config { get; }

    internal IReadOnlyList<Func<EffectiveSettings, string?>> Checks => checks;

    internal Func<GivenSettings, IReadOnlyDictionary<string, FoundValue>>? Elsewhere { get; private set; }

    /// <summary>Must be given somewhere.</summary>
    public Setting<T> Required<T>(string name, string hint, string description, Func<string, T> parse, bool secret = false) =>
        Add(new Setting<T>(name, hint, description, texts => parse(texts![0])) { Required = true, Secret = secret });

    /// <param name="defaultText">Goes through <paramref name="parse"/> like any other value, and is shown by <c>--help</c>.</param>
    public Setting<T> WithDefault<T>(
        string name, string hint, string description, Func<string, T> parse, string defaultText, bool secret = false) =>
        Add(new Setting<T>(name, hint, description, texts => parse(texts![0])) { Defaults = [defaultText], Secret = secret });

    /// <summary>Null when not given.</summary>
    public Setting<T?> Optional<T>(string name, string hint, string description, Func<string, T> parse, bool secret = false)
        where T : class =>
        Add(new Setting<T?>(name, hint, description, texts => texts is null ? null : parse(texts[0])) { Secret = secret });

    /// <summary>Null when not given; for value types.</summary>
    public Setting<T?> OptionalValue<T>(string name, string hint, string description, Func<string, T> parse)
        where T : struct =>
        Add(new Setting<T?>(name, hint, description, texts => texts is null ? null : parse(texts[0])));

    /// <summary>May be given more than once; the given ones replace the defaults. Empty when neither is there.</summary>
    public Setting<IReadOnlyList<T>> Many<T>(
        string name, string hint, string description, Func<string, T> parse, params string[] defaults) =>
        Add(new Setting<IReadOnlyList<T>>(name, hint, description, texts => texts is null ? [] : [.. texts.Select(parse)])
        {
            Repeatable = true,
            Defaults = defaults.Length == 0 ? null : defaults,
        });

    /// <summary>False unless given; <c>--name</c> alone means true.</summary>
    public Setting<bool> Flag(string name, string description) =>
        Add(new Setting<bool>(name, "", description, texts => SettingParsers.Boolean(texts![0])) { Flag = true, Defaults = ["false"] });

    /// <summary>A rule over several settings: returns null, or what is wrong and how to put it right.</summary>
    public void Check(Func<EffectiveSettings, string?> rule) => checks.Add(rule);

    /// <summary>
    /// Files of another program that know some of the values: they win over the defaults and over nothing else.
    /// <paramref name="find"/> gives them by the names of settings and throws <see cref="SettingsException"/> for what is wrong.
    /// </summary>
    public void FindElsewhere(Func<GivenSettings, IReadOnlyDictionary<string, FoundValue>> find)
    {
        Invariant.Holds(Elsewhere is null);
        Elsewhere = find;
    }

    internal string EnvironmentName(Setting setting) => EnvironmentPrefix + ToEnvironment(setting.Name);

    private static string ToEnvironment(string name) =>
        name.Replace('-', '_').Replace(' ', '_').ToUpperInvariant();

    private Setting<T> Add<T>(Setting<T> setting)
    {
        Invariant.Holds(settings.TrueForAll(other => other.Name != setting.Name), $"setting {setting.Name} is defined twice");
        settings.Add(setting);
        return setting;
    }
}
