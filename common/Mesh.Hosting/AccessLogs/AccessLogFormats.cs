using System.Text.Json;

namespace Mesh.Hosting.AccessLogs;

/// <summary>Formats by what operators and mesh configuration call them.</summary>
public static class AccessLogFormats
{
    /// <summary><c>mesh</c>, <c>text</c>, <c>json</c>, or a format string of Envoy's.</summary>
    /// <exception cref="FormatException">None of these, or with an operator that is not supported.</exception>
    public static IAccessLogFormat Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text switch
        {
            "mesh" => MeshLogFormat.Instance,
            "text" => new TextLogFormat(),
            "json" => new JsonLogFormat(JsonLogFormat.Istio),
            _ when text.Contains('%', StringComparison.Ordinal) => Custom(text, asJson: text.TrimStart().StartsWith('{')),
            _ => throw new FormatException($"'{text}' is not a format; use mesh, text, json, or a format string such as '%START_TIME% %RESPONSE_CODE%'"),
        };
    }

    /// <summary>As MeshConfig's accessLogEncoding and accessLogFormat say it.</summary>
    /// <param name="format">Empty: Istio's default of the encoding.</param>
    /// <exception cref="FormatException">An operator is not supported, or the JSON is none.</exception>
    public static IAccessLogFormat Of(bool asJson, string format)
    {
        ArgumentNullException.ThrowIfNull(format);
        return format.Length == 0 ? Parse(asJson ? "json" : "text") : Custom(format, asJson);
    }

    private static IAccessLogFormat Custom(string format, bool asJson)
    {
        if (!asJson) return new TextLogFormat(format);
        try
        {
            using var document = JsonDocument.Parse(format);
            return new JsonLogFormat(document.RootElement.EnumerateObject()
                .Select(field => KeyValuePair.Create(field.Name, field.Value.ToString())));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new FormatException($"the access log format is not a JSON object of format strings: {error.Message}", error);
        }
    }
}
