using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Observability;

/// <summary>Value of a span tag.</summary>
public sealed record TracingTag
{
    public TagLiteral? Literal { get; init; }
    public TagEnvironment? Environment { get; init; }
    public TagHeader? Header { get; init; }
    public TagFormatter? Formatter { get; init; }

    internal static Schema<TracingTag> Schema { get; } =
        new Schema<TracingTag>("Tracing.CustomTag", () => new TracingTag())
            .Message("literal", TagLiteral.Schema, x => x.Literal, (x, v) => x with { Literal = v })
            .Message("environment", TagEnvironment.Schema, x => x.Environment, (x, v) => x with { Environment = v })
            .Message("header", TagHeader.Schema, x => x.Header, (x, v) => x with { Header = v })
            .Message("formatter", TagFormatter.Schema, x => x.Formatter, (x, v) => x with { Formatter = v })
            .AcceptSnakeCase()
            .OneOf("literal", "environment", "header", "formatter");
}
