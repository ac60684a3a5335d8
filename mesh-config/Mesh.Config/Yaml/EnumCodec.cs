using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Mesh.Config.Yaml;

internal sealed class EnumCodec<T> : Codec<T> where T : struct, Enum
{
    private readonly Dictionary<string, T> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<T, string> _names = [];

    public EnumCodec()
    {
        foreach (var value in Enum.GetValues<T>())
        {
            var name = ToUpperSnake(value.ToString());
            _byName[name] = value;
            _names[value] = name;
        }
    }

    /// <summary>With names of its own where the rule does not give the right ones.</summary>
    public EnumCodec(params ReadOnlySpan<(T Value, string Name)> names)
    {
        foreach (var (value, name) in names)
        {
            _byName[name] = value;
            _names[value] = name;
        }
    }

    public override bool TryRead(YamlValue node, ReadContext context, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (node.Kind != YamlKind.Scalar)
        {
            context.Error(node, DiagnosticCodes.WrongType,
                $"expected one of {string.Join(", ", _byName.Keys)}, found {ScalarCodec<T>.Describe(node)}");
            return false;
        }

        if (_byName.TryGetValue(node.Text, out value)) return true;
        var near = Spelling.Nearest(node.Text, _byName.Keys);
        context.Error(node, DiagnosticCodes.BadEnum, near is null
            ? $"\"{node.Text}\" is not one of {string.Join(", ", _byName.Keys)}"
            : $"\"{node.Text}\" is not one of {string.Join(", ", _byName.Keys)}; did you mean {near}?");
        return false;
    }

    public override YamlValue Write(T value) => YamlValue.OfText(_names[value]);

    public override bool IsDefault(T value) => EqualityComparer<T>.Default.Equals(value, default);

    private static string ToUpperSnake(string name)
    {
        var text = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsAsciiLetterUpper(name[i])) text.Append('_');
            text.Append(char.ToUpperInvariant(name[i]));
        }

        return text.ToString();
    }
}
