using System.Text;
using System.Text.RegularExpressions;

namespace Mesh.Config.Routing;

/// <summary>Regular expressions as Envoy understands them, for the engine that runs them here.</summary>
/// <remarks>
/// Source: RE2, "Syntax". Both are linear in the length of the text whatever the expression, so configuration cannot stall
/// the data path. What the two write differently is translated; what RE2 has and the engine has not, such as scripts
/// (<c>\p{Greek}</c>), is refused.
/// </remarks>
internal static class Re2
{
    private static readonly Dictionary<string, string> _posixClasses = new(StringComparer.Ordinal)
    {
        ["alnum"] = "0-9A-Za-z",
        ["alpha"] = "A-Za-z",
        ["ascii"] = @"\x00-\x7F",
        ["blank"] = @"\t ",
        ["cntrl"] = @"\x00-\x1F\x7F",
        ["digit"] = "0-9",
        ["graph"] = "!-~",
        ["lower"] = "a-z",
        ["print"] = " -~",
        ["punct"] = @"!-/:-@\[-`{-~",
        ["space"] = @"\t\n\v\f\r ",
        ["upper"] = "A-Z",
        ["word"] = "0-9A-Za-z_",
        ["xdigit"] = "0-9A-Fa-f",
    };

    /// <exception cref="ArgumentException">It is no expression.</exception>
    /// <exception cref="NotSupportedException">It needs backtracking.</exception>
    public static Regex Compile(string expression) =>
        new(Translate(expression), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    /// <summary>As <see cref="Compile"/>, and the text must match as a whole.</summary>
    public static Regex CompileWhole(string expression) =>
        new($@"\A(?:{Translate(expression)})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private static string Translate(string expression)
    {
        var text = new StringBuilder(expression.Length + 8);
        var inClass = false;
        for (var i = 0; i < expression.Length; i++)
        {
            var rest = expression.AsSpan(i);
            if (rest.StartsWith(@"\Q"))
            {
                var end = expression.IndexOf(@"\E", i + 2, StringComparison.Ordinal);
                text.Append(Regex.Escape(expression[(i + 2)..(end < 0 ? expression.Length : end)]));
                i = end < 0 ? expression.Length : end + 1;
            }
            else if (expression[i] == '\\' && i + 1 < expression.Length)
            {
                i += AppendEscape(text, expression, i, inClass);
            }
            else if (inClass && rest.StartsWith("[:") && PosixClass(expression, i) is { } name)
            {
                text.Append(_posixClasses[name]);
                i += name.Length + 3;
            }
            else if (!inClass && rest.StartsWith("(?P<"))
            {
                text.Append("(?<");
                i += 3;
            }
            else if (inClass && expression[i] == '[')
            {
                // A bracket inside is only itself; the engine would take some for the subtraction of a class.
                text.Append(@"\[");
            }
            else
            {
                var wasInClass = inClass;
                inClass = expression[i] == '[' || inClass && expression[i] != ']';
                text.Append(expression[i]);
                if (!wasInClass && inClass) i += AppendFirst(text, expression, i + 1);
            }
        }

        return text.ToString();
    }

    /// <summary>A closing bracket at the beginning of a class is one of its characters.</summary>
    /// <returns>How many more characters have been read.</returns>
    private static int AppendFirst(StringBuilder text, string expression, int at)
    {
        var read = 0;
        if (at < expression.Length && expression[at] == '^')
        {
            text.Append('^');
            read++;
        }

        if (at + read >= expression.Length || expression[at + read] != ']') return read;
        text.Append(@"\]");
        return read + 1;
    }

    /// <summary>Digits, words and space are those of ASCII; a category of one letter needs no braces.</summary>
    /// <returns>How many more characters have been read.</returns>
    private static int AppendEscape(StringBuilder text, string expression, int at, bool inClass)
    {
        var next = expression[at + 1];
        var ascii = next switch
        {
            'd' or 'D' => "0-9",
            'w' or 'W' => "0-9A-Za-z_",
            's' or 'S' => @"\t\n\f\r ",
            _ => null,
        };
        // A class cannot contain the rest of ASCII's complement; there the engine's own is close enough.
        if (ascii is not null && (!inClass || char.IsLower(next)))
            text.Append(inClass ? ascii : char.IsLower(next) ? $"[{ascii}]" : $"[^{ascii}]");
        else if (next is 'p' or 'P' && at + 2 < expression.Length && char.IsAsciiLetterUpper(expression[at + 2]))
        {
            text.Append('\\').Append(next).Append('{').Append(expression[at + 2]).Append('}');
            return 2;
        }
        else
        {
            text.Append('\\').Append(next);
        }

        return 1;
    }

    private static string? PosixClass(string expression, int at)
    {
        var end = expression.IndexOf(":]", at + 2, StringComparison.Ordinal);
        if (end < 0) return null;
        var name = expression[(at + 2)..end];
        return _posixClasses.ContainsKey(name) ? name : null;
    }
}
