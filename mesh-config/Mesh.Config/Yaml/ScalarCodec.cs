using System.Diagnostics.CodeAnalysis;

namespace Mesh.Config.Yaml;

/// <summary>A codec of one scalar, made of two functions.</summary>
/// <param name="expected">For messages: "a whole number".</param>
/// <param name="parse">Null result: the text is not one; the second result explains, or is null for a plain type error.</param>
internal sealed class ScalarCodec<T>(
    string expected,
    T zero,
    Func<YamlValue, (bool Ok, T Value, string? Problem)> parse,
    Func<T, YamlValue> write) : Codec<T>
{
    public override bool TryRead(YamlValue node, ReadContext context, [MaybeNullWhen(false)] out T value)
    {
        value = zero;
        if (node.Kind != YamlKind.Scalar)
        {
            context.Error(node, DiagnosticCodes.WrongType, $"expected {expected}, found {Describe(node)}");
            return false;
        }

        var (ok, parsed, problem) = parse(node);
        if (ok)
        {
            value = parsed;
            return true;
        }

        if (problem is null)
            context.Error(node, DiagnosticCodes.WrongType, $"expected {expected}, found {Describe(node)}");
        else
            context.Error(node, DiagnosticCodes.BadValue, problem);
        return false;
    }

    public override YamlValue Write(T value) => write(value);

    public override bool IsDefault(T value) => EqualityComparer<T>.Default.Equals(value, zero);

    internal static string Describe(YamlValue node) => node switch
    {
        { Kind: YamlKind.Map } => "a map",
        { Kind: YamlKind.List } => "a list",
        { Type: ScalarType.Text } => $"text \"{Shorten(node.Text)}\"",
        { Type: ScalarType.Bool } => $"the boolean {node.Text} (quote it to make it text)",
        { Type: ScalarType.Null } => "nothing",
        _ => $"the number {Shorten(node.Text)} (quote it to make it text)",
    };

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "...";
}
