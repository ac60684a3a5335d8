using System.Text.Json.Nodes;
using Mesh.Config.Resources.MeshWide;
using Mesh.Config.Yaml;

namespace Mesh.Config.Observability;

/// <summary>The providers that Telemetry resources name, as far as this mesh can carry them out.</summary>
/// <remarks>Source: Istio, "Global Mesh Options: ExtensionProvider".</remarks>
internal sealed class TelemetryProviders(MeshConfig mesh)
{
    private const string StandardOutput = "/dev/stdout";

    /// <summary>Istio has this one without being told.</summary>
    private const string BuiltIn = "envoy";

    public ExtensionProvider? Find(string name)
    {
        foreach (var provider in mesh.ExtensionProviders)
            if (provider.Name == name) return provider;
        return null;
    }

    /// <param name="problem">Why it is null.</param>
    public AccessLogSink? SinkOf(string name, out string problem)
    {
        problem = "";
        if (Find(name) is not { } provider)
        {
            if (name == BuiltIn) return new AccessLogSink(mesh.AccessLogFile is { Length: > 0 } path ? path : StandardOutput, IsJson, mesh.AccessLogFormat);
            problem = $"MeshConfig extensionProviders has no \"{name}\"; define it, or name one that is there";
            return null;
        }

        if (provider.EnvoyFileAccessLog is not { } file)
        {
            problem = $"provider \"{name}\" is no envoyFileAccessLog, and access logs go to nothing else; use one, and let a collector read the file";
            return null;
        }

        var target = file.Path.Length > 0 ? file.Path : StandardOutput;
        if (file.LogFormat is not { } format) return new AccessLogSink(target, IsJson: false, "");
        if (format.Labels.Length == 0) return new AccessLogSink(target, IsJson: false, format.Text ?? "");
        if (Json(format.Labels) is { } labels) return new AccessLogSink(target, IsJson: true, labels);
        problem = $"provider \"{name}\": labels within labels are not supported; write one level";
        return null;
    }

    /// <param name="problem">Why it is null.</param>
    public TraceCollector? CollectorOf(string name, out string problem)
    {
        problem = "";
        if (Find(name) is not { } provider)
        {
            problem = $"MeshConfig extensionProviders has no \"{name}\"; define it, or name one that is there";
            return null;
        }

        if (provider.Opentelemetry is not { } target)
        {
            problem = $"provider \"{name}\" is no opentelemetry, and spans go out over OTLP only; use an opentelemetry provider, which Zipkin's and "
                + "Jaeger's collectors understand too";
            return null;
        }

        var headers = target.Http?.Headers ?? target.Grpc?.InitialMetadata ?? [];
        return new TraceCollector(
            target.Service[(target.Service.IndexOf('/', StringComparison.Ordinal) + 1)..],
            target.Port,
            target.Http?.Path,
            target.Http?.Timeout ?? target.Grpc?.Timeout,
            headers);
    }

    private bool IsJson => mesh.AccessLogEncoding == AccessLogEncoding.Json;

    /// <summary>Null when a value is no text or number.</summary>
    private static string? Json(string labels)
    {
        var json = new JsonObject();
        if (YamlDocuments.Parse(labels) is not [{ Kind: YamlKind.Map } root]) return null;
        foreach (var (key, value) in root.Entries)
        {
            if (value.Kind is YamlKind.Map or YamlKind.List) return null;
            json[key.Text] = JsonValue.Create(value.Text);
        }

        return json.Count == 0 ? "" : json.ToJsonString();
    }
}
