using System.Text;
using System.Text.RegularExpressions;

namespace Mesh.Config.Routing;

/// <summary>Rewrites a path by a regular expression: every match of it is replaced.</summary>
/// <remarks>Source: Istio RegexRewrite; the syntax is RE2's, and groups are referred to as <c>\1</c>.</remarks>
public sealed class PathRewrite
{
    private readonly Regex _match;
    private readonly string _replacement;

    /// <exception cref="ArgumentException">The expression cannot be read, or needs backtracking.</exception>
    public PathRewrite(string match, string rewrite)
    {
        ArgumentNullException.ThrowIfNull(rewrite);
        Match = match;
        Rewrite = rewrite;
        _match = Re2.Compile(match);
        _replacement = Translate(rewrite);
    }

    public string Match { get; }

    public string Rewrite { get; }

    /// <param name="path">Without query.</param>
    public string Apply(string path) => _match.Replace(path, _replacement);

    /// <summary>RE2's <c>\1</c> is <c>${1}</c> here, and a dollar sign is only itself.</summary>
    private static string Translate(string rewrite)
    {
        var text = new StringBuilder();
        for (var i = 0; i < rewrite.Length; i++)
        {
            var c = rewrite[i];
            if (c == '\\' && i + 1 < rewrite.Length)
            {
                var next = rewrite[++i];
                if (char.IsAsciiDigit(next)) text.Append("${").Append(next).Append('}');
                else text.Append(next);
            }
            else if (c == '$')
            {
                text.Append("$$");
            }
            else
            {
                text.Append(c);
            }
        }

        return text.ToString();
    }
}
