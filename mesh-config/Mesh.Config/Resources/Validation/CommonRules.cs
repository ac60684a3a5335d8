using System.Buffers;
using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Mesh.Config.Routing;

namespace Mesh.Config.Resources.Validation;

/// <summary>Rules that several kinds share.</summary>
/// <remarks>Source: istio pkg/config/validation/validation.go and pkg/config/validation/agent/validation.go.</remarks>
internal static partial class CommonRules
{
    private const int MaxRegexLength = 1024;
    private const int MaxPrefixLength = 253;
    private const int MaxNameLength = 63;

    /// <summary>RFC 7230, section 3.2.6.</summary>
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Keys with an optional DNS prefix, values empty or a name.</summary>
    public static void Labels(ImmutableSortedDictionary<string, string> labels, RuleScope at)
    {
        foreach (var (key, value) in labels)
        {
            if (!IsLabelKey(key))
                at.Key(key).Error($"\"{key}\" is not a label key; write name or prefix/name of at most {MaxNameLength} letters, digits and inner -_.");
            if (value.Length > 0 && !IsLabelName(value))
                at.Entry(key).Error($"\"{value}\" is not a label value; use at most {MaxNameLength} letters, digits and inner -_.");
        }
    }

    public static bool IsLabelKey(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0) return IsLabelName(key);
        var prefix = key.AsSpan(0, slash);
        if (prefix.Length is 0 or > MaxPrefixLength) return false;
        foreach (var part in prefix.Split('.'))
            if (!HostNames.IsDnsLabel(prefix[part]))
                return false;
        return IsLabelName(key.AsSpan(slash + 1));
    }

    /// <summary>Labels that choose workloads.</summary>
    /// <param name="at">The selector message.</param>
    /// <param name="field">Its field of labels.</param>
    public static void Selector(ImmutableSortedDictionary<string, string> labels, RuleScope at, string field)
    {
        if (labels.IsEmpty)
            at.Warning("the workload selector has no labels and selects everything; remove it or add labels", Yaml.DiagnosticCodes.NoEffect);
        foreach (var (key, value) in labels)
        {
            if (key.Length == 0) at[field].Key(key).Error("the label key is empty; name the label");
            if (key.Contains('*', StringComparison.Ordinal) || value.Contains('*', StringComparison.Ordinal))
                at[field].Key(key).Error($"\"{key}: {value}\" has a wildcard; selectors compare labels exactly");
        }
    }

    /// <param name="ownNamespace">What <c>.</c> stands for.</param>
    /// <param name="allowNone"><c>~</c>, for a ServiceEntry.</param>
    public static void ExportTo(ImmutableArray<string> exportTo, string ownNamespace, bool allowNone, RuleScope at)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < exportTo.Length; i++)
        {
            var target = exportTo[i];
            if (!(target is "." or "*" || target == "~" && allowNone || HostNames.IsDnsLabel(target)))
                at[i].Error($"\"{target}\" is none of ., *{(allowNone ? ", ~" : "")} or a namespace");
            else if (!seen.Add(target == "." ? ownNamespace : target))
                at[i].Error($"\"{target}\" is given twice; remove one");
        }

        if (exportTo.Length > 1 && exportTo.Contains("*")) at[exportTo.IndexOf("*")].Error("* includes all other namespaces; it must be alone");
        if (exportTo.Length > 1 && exportTo.Contains("~")) at[exportTo.IndexOf("~")].Error("~ means no namespace; it must be alone");
    }

    public static void Regex(string regex, RuleScope at)
    {
        if (RegexProblem(regex) is { } problem) at.Error(problem);
    }

    /// <summary>Null when the expression is one that RE2 accepts.</summary>
    public static string? RegexProblem(string regex)
    {
        if (regex.Length is 0 or > MaxRegexLength) return $"a regular expression must have 1 to {MaxRegexLength} characters";
        try
        {
            // The engine that will run it: no back-references, no look-around, like RE2.
            _ = Re2.Compile(regex);
            return null;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return $"\"{regex}\" is not a regular expression of RE2's kind: {e.Message}";
        }
    }

    /// <summary>Name of a header in a match: a token, a pseudo header or a claim of a token.</summary>
    public static void MatchedHeader(string name, RuleScope at)
    {
        if (name is ":method" or ":scheme" or ":authority" or ":path" or ":status" || ClaimHeader().IsMatch(name)) return;
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(TokenCharacters))
            at.Error($"\"{name}\" is not a header name");
    }

    /// <summary>True for <c>@request.auth.claims.NAME</c> and <c>@request.auth.claims[NAME][NAME]</c>.</summary>
    public static bool IsClaimHeader(string name) => name.StartsWith("@request.auth.claims", StringComparison.OrdinalIgnoreCase);

    public static void HeaderToken(string name, RuleScope at)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(TokenCharacters)) at.Error($"\"{name}\" is not a header name");
    }

    /// <summary>Name of a header that is set or added on a request.</summary>
    public static void RequestHeader(string name, RuleScope at)
    {
        if (name.Length == 0) at.Error("the header name is empty");
        else if (name[0] == ':' && name != ":authority") at.Error($"pseudo header \"{name}\" cannot be changed; only :authority can");
    }

    /// <summary>Name of a header that is removed, or changed on a response.</summary>
    public static void ChangedHeader(string name, RuleScope at)
    {
        if (name.Length == 0) at.Error("the header name is empty");
        else if (name[0] == ':' || name.Equals("host", StringComparison.OrdinalIgnoreCase)) at.Error($"\"{name}\" cannot be changed here");
    }

    public static void HeaderValue(string value, RuleScope at)
    {
        if (value.Any(c => char.IsControl(c) && c != '\t')) at.Error("a header value must not contain control characters");
        for (var i = value.IndexOf('%', StringComparison.Ordinal); i >= 0; i = i < value.Length ? value.IndexOf('%', i) : -1)
        {
            var match = HeaderVariable().Match(value, i);
            if (!match.Success)
            {
                at.Error($"\"{value}\" has a lone %; write %% for the character, or %NAME% or %NAME(arguments)% for a variable");
                return;
            }

            i += match.Length;
        }
    }

    public static void Subnets(ImmutableArray<string> subnets, RuleScope at)
    {
        for (var i = 0; i < subnets.Length; i++)
            if (!HostNames.IsAddressOrRange(subnets[i]))
                at[i].Error($"\"{subnets[i]}\" is neither an IP address nor a CIDR range");
    }

    /// <summary>Names in <c>gateways</c>: <c>mesh</c>, a name, <c>namespace/name</c> or the old <c>name.namespace.svc.domain</c>.</summary>
    public static void GatewayNames(ImmutableArray<string> names, RuleScope at)
    {
        for (var i = 0; i < names.Length; i++)
        {
            var name = names[i];
            var slash = name.IndexOf('/', StringComparison.Ordinal);
            if (slash >= 0)
            {
                if (!HostNames.IsDnsLabel(name.AsSpan(0, slash)) || !HostNames.IsDnsLabel(name.AsSpan(slash + 1)))
                    at[i].Error($"\"{name}\" must be namespace/name, both DNS labels");
            }
            else if (!HostNames.IsFqdn(name))
            {
                at[i].Error($"\"{name}\" is not the name of a gateway");
            }
            else if (name.Split('.') is { Length: > 1 } parts)
            {
                at[i].Warning($"\"{name}\" is the old form; write \"{parts[1]}/{parts[0]}\"", Yaml.DiagnosticCodes.Deprecated);
            }
        }
    }

    private static bool IsLabelName(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > MaxNameLength || !char.IsAsciiLetterOrDigit(name[0]) || !char.IsAsciiLetterOrDigit(name[^1])) return false;
        foreach (var c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
                return false;
        return true;
    }

    [GeneratedRegex(@"\A@request\.auth\.claims(\.[^\[\]\s]+|(\[[^\[\]]+\])+)\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ClaimHeader();

    [GeneratedRegex(@"\G%(%|[A-Za-z_][A-Za-z0-9_]*(\([^%]*?\))?(:[0-9]+)?%)", RegexOptions.CultureInvariant)]
    private static partial Regex HeaderVariable();
}
