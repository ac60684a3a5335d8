using System.Text.RegularExpressions;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Routing;

/// <summary>A compiled StringMatch: exact, prefix, regular expression (whole value) or presence.</summary>
internal sealed class StringCondition
{
    private readonly string? _exact;
    private readonly string? _prefix;
    private readonly Regex? _regex;
    private readonly string _regexText = "";
    private readonly StringComparison _comparison;

    private StringCondition(string? exact, string? prefix, string? regex, bool ignoreCase)
    {
        _exact = exact;
        _prefix = prefix;
        if (regex is not null) (_regex, _regexText) = (Re2.CompileWhole(regex), regex);
        _comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
    }

    /// <summary>The prefix when the condition is one.</summary>
    public string? Prefix => _prefix;

    /// <summary>True when any value will do as long as there is one.</summary>
    public bool IsPresence => _exact is null && _prefix is null && _regex is null;

    /// <summary>Null without a match: no condition.</summary>
    public static StringCondition? Compile(StringMatch? match, bool ignoreCase = false)
    {
        if (match is null) return null;
        // Case is ignored for exact and prefix only, as in Istio.
        if (match.Exact is { } exact) return new StringCondition(exact, null, null, ignoreCase);
        if (match.Prefix is { } prefix) return new StringCondition(null, prefix, null, ignoreCase);
        if (match.Regex is not { } regex || regex == "*") return new StringCondition(null, null, null, ignoreCase: false);
        return new StringCondition(null, null, regex, ignoreCase: false);
    }

    public bool Matches(string value)
    {
        if (_exact is not null) return value.Equals(_exact, _comparison);
        if (_prefix is not null) return value.StartsWith(_prefix, _comparison);
        return _regex?.IsMatch(value) ?? true;
    }

    public override string ToString()
    {
        var ignored = _comparison == StringComparison.OrdinalIgnoreCase ? " (any case)" : "";
        if (_exact is not null) return $"exact {_exact}{ignored}";
        if (_prefix is not null) return $"prefix {_prefix}{ignored}";
        return _regex is null ? "present" : $"regex {_regexText}";
    }
}
