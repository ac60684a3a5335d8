using System.Globalization;

namespace Mesh.Hosting.AccessLogs;

/// <summary>One command operator of Envoy's format strings, <c>%NAME(ARGUMENT):LENGTH%</c>, or plain text.</summary>
/// <remarks>Source: Envoy, "Access logging: command operators".</remarks>
internal sealed class LogOperator
{
    private readonly Func<AccessLogEntry, object?> read;
    private readonly int? length;

    private LogOperator(Func<AccessLogEntry, object?> read, int? length, string? requestHeader = null, string? responseHeader = null)
    {
        this.read = read;
        this.length = length;
        RequestHeader = requestHeader;
        ResponseHeader = responseHeader;
    }

    /// <summary>In lower case; null when it needs none.</summary>
    public string? RequestHeader { get; private init; }

    /// <summary>The header it reads where the first is absent.</summary>
    public string? OtherRequestHeader { get; private init; }

    public string? ResponseHeader { get; }

    public static LogOperator Text(string text) => new(_ => text, null);

    /// <param name="text">What stands between the percent signs.</param>
    /// <exception cref="FormatException">Envoy has no such operator, or it is not supported here.</exception>
    public static LogOperator Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int? length = null;
        var body = text;
        var end = text.LastIndexOf(')');
        var colon = text.IndexOf(':', Math.Max(end, 0));
        if (colon > 0)
        {
            if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var longest))
                throw new FormatException($"%{text}%: what follows the colon is not a length");
            length = longest;
            body = text[..colon];
        }

        var open = body.IndexOf('(', StringComparison.Ordinal);
        var name = open < 0 ? body : body[..open];
        var argument = open < 0 ? "" : body[(open + 1)..^1];
        return name switch
        {
            "REQ" => Request(argument, length, withQuery: true),
            "REQ_WITHOUT_QUERY" => Request(argument, length, withQuery: false),
            "RESP" => Response(argument, length),
            "START_TIME" => new LogOperator(entry => LogTime.Format(entry.StartTime, argument), length),
            "ENVIRONMENT" => Text(Environment.GetEnvironmentVariable(argument) ?? "-"),
            _ => new LogOperator(LogFields.Find(name)
                ?? throw new FormatException($"%{text}%: this operator is not supported; the README lists those that are"), length),
        };
    }

    /// <summary>Null, text, or a number.</summary>
    public object? Value(AccessLogEntry entry)
    {
        var value = read(entry);
        return value is string text && length is { } longest && text.Length > longest ? text[..longest] : value;
    }

    /// <summary>As it stands in a line of text; a hyphen for nothing.</summary>
    public string TextOf(AccessLogEntry entry) => Value(entry) switch
    {
        null => "-",
        string text => text,
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        var other => other.ToString() ?? "-",
    };

    /// <summary><c>REQ(X?Y)</c>: X where it is there, else Y.</summary>
    private static LogOperator Request(string argument, int? length, bool withQuery)
    {
        var names = argument.ToLowerInvariant().Split('?', 2);
        var first = names[0];
        var second = names.Length > 1 ? names[1] : null;
        return new LogOperator(
            entry =>
            {
                var value = LogFields.RequestHeader(entry, first) ?? (second is null ? null : LogFields.RequestHeader(entry, second));
                return withQuery || value is null ? value : value.Split('?')[0];
            },
            length,
            first)
        {
            OtherRequestHeader = second,
        };
    }

    private static LogOperator Response(string argument, int? length)
    {
        var names = argument.ToLowerInvariant().Split('?', 2);
        return new LogOperator(entry => LogFields.ResponseHeader(entry, names[0]), length, null, names[0]);
    }
}
