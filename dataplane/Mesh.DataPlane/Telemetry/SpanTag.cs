using Mesh.Config.Resources.Observability;
using Mesh.DataPlane.Http;
using Mesh.Hosting.AccessLogs;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Telemetry;

/// <summary>A tag that the configuration adds to spans.</summary>
public sealed class SpanTag
{
    private readonly string fallback;
    private readonly string? header;
    private readonly TextLogFormat? format;

    private SpanTag(string name, string fallback, string? header = null, TextLogFormat? format = null)
    {
        Name = name;
        this.fallback = fallback;
        this.header = header;
        this.format = format;
    }

    public string Name { get; }

    /// <exception cref="FormatException">A formatter with an operator that is not supported.</exception>
    public static SpanTag Of(string name, TracingTag tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        if (tag.Header is { } header) return new SpanTag(name, header.DefaultValue, header: header.Name);
        if (tag.Formatter is { } formatter) return new SpanTag(name, "", format: new TextLogFormat(formatter.Value));
        return tag.Environment is { } variable
            ? new SpanTag(name, Environment.GetEnvironmentVariable(variable.Name) is { Length: > 0 } value ? value : variable.DefaultValue)
            : new SpanTag(name, tag.Literal?.Value ?? "");
    }

    /// <summary>Null: the request has no such header, and then it gets no such tag.</summary>
    internal string? Value(HttpContext context, RequestLog record)
    {
        if (format is not null) return format.Line(record.Entry(context, "", format));
        var value = header is not null && context.Request.Headers.TryGetValue(header, out var told) ? told.ToString() : fallback;
        return value.Length > 0 ? value : null;
    }
}
