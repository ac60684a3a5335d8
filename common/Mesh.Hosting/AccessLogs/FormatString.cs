using System.Collections.Immutable;
using System.Text;

namespace Mesh.Hosting.AccessLogs;

/// <summary>A format string of Envoy, taken apart once.</summary>
internal sealed class FormatString
{
    private readonly ImmutableArray<LogOperator> parts;

    private FormatString(ImmutableArray<LogOperator> parts) => this.parts = parts;

    public IEnumerable<string> RequestHeaders => parts
        .SelectMany(part => new[] { part.RequestHeader, part.OtherRequestHeader })
        .OfType<string>().Where(name => !LogFields.IsKnownRequestHeader(name));

    public IEnumerable<string> ResponseHeaders => parts.Select(part => part.ResponseHeader).OfType<string>();

    /// <exception cref="FormatException">An operator is unknown or not closed.</exception>
    public static FormatString Parse(string format)
    {
        ArgumentNullException.ThrowIfNull(format);
        var parts = ImmutableArray.CreateBuilder<LogOperator>();
        var plain = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                plain.Append(format[i]);
                continue;
            }

            if (i + 1 < format.Length && format[i + 1] == '%')
            {
                plain.Append('%');
                i++;
                continue;
            }

            var end = EndOf(format, i + 1);
            if (plain.Length > 0) parts.Add(LogOperator.Text(plain.ToString()));
            plain.Clear();
            parts.Add(LogOperator.Parse(format[(i + 1)..end]));
            i = end;
        }

        if (plain.Length > 0) parts.Add(LogOperator.Text(plain.ToString()));
        return new FormatString(parts.ToImmutable());
    }

    public string Text(AccessLogEntry entry)
    {
        var text = new StringBuilder();
        foreach (var part in parts) text.Append(part.TextOf(entry));
        return text.ToString();
    }

    /// <summary>A single operator keeps its type, as in Envoy's typed JSON; anything longer is text.</summary>
    public object? Value(AccessLogEntry entry) => parts.Length == 1 ? parts[0].Value(entry) : Text(entry);

    /// <summary>Percent signs within parentheses belong to the argument, as in <c>%START_TIME(%s)%</c>.</summary>
    private static int EndOf(string format, int start)
    {
        var depth = 0;
        for (var i = start; i < format.Length; i++)
        {
            switch (format[i])
            {
                case '(': depth++; break;
                case ')': depth--; break;
                case '%' when depth <= 0: return i;
            }
        }

        throw new FormatException($"the operator that begins with %{format[start..]} has no second percent sign");
    }
}
