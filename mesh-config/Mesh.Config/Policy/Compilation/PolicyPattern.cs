using System.Text.RegularExpressions;

namespace Mesh.Config.Policy.Compilation;

/// <summary>How policies compare strings: <c>*</c> any non-empty value, <c>*x</c> suffix, <c>x*</c> prefix, else exact.</summary>
/// <remarks>Source: istio pilot/pkg/security/authz/matcher/string.go.</remarks>
internal static class PolicyPattern
{
    public static bool Matches(string pattern, string value, StringComparison comparison = StringComparison.Ordinal)
    {
        if (pattern == "*") return value.Length > 0;
        if (pattern.StartsWith('*')) return value.EndsWith(pattern[1..], comparison);
        return pattern.EndsWith('*')
            ? value.StartsWith(pattern[..^1], comparison)
            : value.Equals(pattern, comparison);
    }

    /// <summary>A whole-value expression; linear in the length of the value.</summary>
    public static Regex Whole(string expression) =>
        new($@"\A(?:{expression})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline);
}
