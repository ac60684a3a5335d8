using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Observability;

/// <summary>Which requests are logged.</summary>
public sealed record LogFilter
{
    /// <summary>In the Common Expression Language.</summary>
    public string Expression { get; init; } = "";

    internal static Schema<LogFilter> Schema { get; } =
        new Schema<LogFilter>("AccessLogging.Filter", () => new LogFilter())
            .Field("expression", Codecs.Text, x => x.Expression, (x, v) => x with { Expression = v })
            .AcceptSnakeCase();
}
