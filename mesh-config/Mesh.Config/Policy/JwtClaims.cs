using System.Collections.Immutable;
using System.Text.Json;

namespace Mesh.Config.Policy;

/// <summary>The claims of a validated token.</summary>
public sealed class JwtClaims
{
    private static readonly string[] AlwaysSpaceDelimited = ["scope", "permission"];
    private readonly JsonElement _payload;
    private readonly ImmutableArray<string> _spaceDelimited;

    /// <param name="payload">The JSON object in the middle of the token; must stay readable as long as this instance.</param>
    /// <param name="spaceDelimited">Claims besides <c>scope</c> and <c>permission</c> that hold several words in one string.</param>
    public JwtClaims(JsonElement payload, ImmutableArray<string> spaceDelimited = default)
    {
        _payload = payload;
        _spaceDelimited = spaceDelimited.IsDefault ? [] : spaceDelimited;
    }

    /// <summary>Claim <c>iss</c>, or empty.</summary>
    public string Issuer => Text("iss");

    /// <summary>Claim <c>sub</c>, or empty.</summary>
    public string Subject => Text("sub");

    /// <summary><c>iss/sub</c>; empty when both are.</summary>
    public string Principal => Issuer.Length == 0 && Subject.Length == 0 ? "" : $"{Issuer}/{Subject}";

    /// <summary>
    /// Strings at a path of claim names: a string is one, a list gives its strings, a space-delimited claim its words.
    /// Numbers, booleans and objects give none: Istio compares strings only.
    /// </summary>
    public ImmutableArray<string> Find(params ReadOnlySpan<string> path)
    {
        var element = _payload;
        foreach (var name in path)
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return [];
        return element.ValueKind switch
        {
            JsonValueKind.String when path is [var only] && IsSpaceDelimited(only) =>
                [.. (TextOf(element) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)],
            JsonValueKind.String => TextOf(element) is { } text ? [text] : [],
            JsonValueKind.Array =>
            [
                .. element.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(TextOf).OfType<string>(),
            ],
            _ => [],
        };
    }

    /// <summary>A claim as the text of a header: strings, numbers and booleans; null for anything else.</summary>
    public string? Scalar(string name) =>
        _payload.ValueKind == JsonValueKind.Object && _payload.TryGetProperty(name, out var value)
            ? value.ValueKind switch
            {
                JsonValueKind.String => TextOf(value),
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
                _ => null,
            }
            : null;

    /// <summary>The payload as JSON.</summary>
    public override string ToString() => _payload.ValueKind == JsonValueKind.Undefined ? "{}" : _payload.GetRawText();

    private bool IsSpaceDelimited(string claim) =>
        AlwaysSpaceDelimited.Contains(claim, StringComparer.Ordinal) || _spaceDelimited.Contains(claim);

    private string Text(string name) => Find(name) is [var only] ? only : "";

    /// <summary>Null for an escaped half of a surrogate pair, which is valid JSON and no text.</summary>
    private static string? TextOf(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
