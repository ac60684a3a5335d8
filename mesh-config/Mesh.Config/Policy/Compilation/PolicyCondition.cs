using System.Collections.Immutable;

namespace Mesh.Config.Policy.Compilation;

/// <summary>One attribute with the values it must and must not have.</summary>
internal sealed class PolicyCondition
{
    private readonly PolicyAttribute _attribute;
    private readonly string _key;
    private readonly ImmutableArray<string> _values;
    private readonly ImmutableArray<string> _notValues;
    private readonly Predicate<PolicyRequest>[] _any;
    private readonly Predicate<PolicyRequest>[] _none;

    private PolicyCondition(
        string key, PolicyAttribute attribute, ImmutableArray<string> values, ImmutableArray<string> notValues,
        Predicate<PolicyRequest>[] any, Predicate<PolicyRequest>[] none)
    {
        _key = key;
        _attribute = attribute;
        _values = values;
        _notValues = notValues;
        _any = any;
        _none = none;
    }

    public bool HttpOnly => _attribute.HttpOnly;

    /// <summary>Null with the reason for a key or value that has no meaning; resources that were validated have none.</summary>
    public static PolicyCondition? Compile(PolicyConditionText text, PolicyContext context, out string problem)
    {
        problem = $"key {text.Key} does not exist";
        if (PolicyAttributes.Find(text.Key, context) is not { } attribute) return null;
        foreach (var value in text.Values.Concat(text.NotValues))
        {
            if (attribute.Compile(value) is not null) continue;
            problem = $"\"{value}\" is no value of {text.Key}";
            return null;
        }

        problem = "";
        return new PolicyCondition(
            text.Key, attribute, text.Values, text.NotValues,
            [.. text.Values.Select(value => attribute.Compile(value)!)],
            [.. text.NotValues.Select(value => attribute.Compile(value)!)]);
    }

    public bool Matches(PolicyRequest request)
    {
        foreach (var unwanted in _none)
            if (unwanted(request))
                return false;
        if (_any.Length == 0) return true;
        foreach (var wanted in _any)
            if (wanted(request))
                return true;
        return false;
    }

    /// <summary><c>paths is "/x", none of [/admin*]</c>.</summary>
    public string Explain(PolicyRequest request)
    {
        var actual = $"{_key} is {_attribute.Describe(request)}";
        if (Matches(request)) return actual;
        return _none.Any(unwanted => unwanted(request))
            ? $"{actual}, excluded by [{string.Join(", ", _notValues)}]"
            : $"{actual}, not among [{string.Join(", ", _values)}]";
    }
}
