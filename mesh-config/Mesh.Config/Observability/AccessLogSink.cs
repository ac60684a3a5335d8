namespace Mesh.Config.Observability;

/// <summary>Where access log lines go, and as what.</summary>
/// <param name="Path"><c>/dev/stdout</c> is standard output.</param>
/// <param name="Format">A format string, or a JSON object of such strings; empty: Istio's default.</param>
public sealed record AccessLogSink(string Path, bool IsJson, string Format);
