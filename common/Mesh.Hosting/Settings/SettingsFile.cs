using System.Text.Json;

namespace Mesh.Hosting.Settings;

/// <summary>A configuration file: one JSON object whose keys are the names of settings.</summary>
internal sealed class SettingsFile
{
    private static readonly JsonDocumentOptions Options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        MaxDepth = 4,
    };

    private SettingsFile(string path) => Path = path;

    public string Path { get; }

    public Dictionary<Setting, IReadOnlyList<string>> Values { get; } = [];

    /// <exception cref="SettingsException">Not readable, not JSON, an unknown key or a value of the wrong kind.</exception>
    public static SettingsFile Read(SettingsDefinition definition, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path), Options);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new SettingsException($"file {path}: must be one JSON object like {{\"name\": \"value\"}}");
            var file = new SettingsFile(path);
            foreach (var property in document.RootElement.EnumerateObject()) file.Add(definition, property);
            return file;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"cannot read --config {path}: {exception.Message}");
        }
        catch (JsonException exception)
        {
            throw new SettingsException($"file {path}:{exception.LineNumber + 1}:{exception.BytePositionInLine + 1}: not valid JSON");
        }
    }

    private void Add(SettingsDefinition definition, JsonProperty property)
    {
        var setting = definition.Settings.FirstOrDefault(candidate => candidate.Name == property.Name && candidate != definition.Config)
            ?? throw CommandLineArguments.Unknown(definition, $"file {Path}: unknown key \"{property.Name}\"", property.Name);
        IReadOnlyList<string> texts = property.Value.ValueKind == JsonValueKind.Array && setting.Repeatable
            ? [.. property.Value.EnumerateArray().Select(element => Text(property.Name, element))]
            : [Text(property.Name, property.Value)];
        if (!Values.TryAdd(setting, texts)) throw new SettingsException($"file {Path}: \"{property.Name}\" is there twice");
    }

    private string Text(string name, JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!,
        JsonValueKind.Number => element.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => throw new SettingsException($"file {Path}: \"{name}\" must be a string, number or true/false, not {element.ValueKind}"),
    };
}
