using System.Collections.Immutable;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Routing;

/// <summary>A compiled HTTPMatchRequest: all parts must hold.</summary>
/// <remarks>Source: istio pilot/pkg/networking/core/route/route.go; traffic-resources.md §Q.</remarks>
internal sealed class RequestCondition
{
    private readonly ImmutableArray<KeyValuePair<string, StringCondition>> _headers;
    private readonly ImmutableArray<KeyValuePair<string, StringCondition>> _withoutHeaders;
    private readonly ImmutableArray<KeyValuePair<string, StringCondition>> _query;
    private readonly StringCondition? _uri;
    private readonly StringCondition? _scheme;
    private readonly StringCondition? _method;
    private readonly StringCondition? _authority;
    private readonly int? _port;

    private readonly string? _segments;
    private readonly string? _replacement;

    /// <param name="segments">Path prefix by whole segments, as the Gateway API has it; null: as <paramref name="match"/> says.</param>
    /// <param name="replacement">What will replace those segments; empty when the whole path is replaced, null when nothing is.</param>
    public RequestCondition(HttpMatchRequest match, string? segments = null, string? replacement = null)
    {
        // "/" is for every path, and a slash at the end of a prefix means nothing.
        _segments = segments?.TrimEnd('/');
        _replacement = replacement;
        _uri = StringCondition.Compile(match.Uri, match.IgnoreUriCase);
        _scheme = StringCondition.Compile(match.Scheme);
        _method = StringCondition.Compile(match.Method);
        _authority = StringCondition.Compile(match.Authority);
        _headers = Compile(match.Headers);
        _withoutHeaders = Compile(match.WithoutHeaders);
        _query = Compile(match.QueryParams);
        _port = match.Port;
        IsCatchAll = string.IsNullOrEmpty(_segments)
                     && (_uri is null || _uri.Prefix == "/")
                     && _scheme is null && _method is null && _authority is null
                     && _headers.IsEmpty && _withoutHeaders.IsEmpty && _query.IsEmpty && _port is null;
    }

    /// <summary>Holds for every request.</summary>
    public bool IsCatchAll { get; }

    /// <summary>The uri prefix of a path that matched, null when the uri is matched otherwise or not at all.</summary>
    public string? MatchedPrefix(string path)
    {
        if (_segments is null) return _uri?.Prefix;
        if (_replacement is null) return _segments.Length > 0 ? _segments : "/";
        if (_replacement.Length == 0) return null;
        // What follows the prefix begins with a slash, which a replacement "/" must not double.
        return _replacement == "/" && path.Length > _segments.Length ? path[..(_segments.Length + 1)] : _segments;
    }

    public bool Matches(in RouteRequest request)
    {
        if (_port is { } port && port != request.ListenerPort) return false;
        if (_uri is not null && !_uri.Matches(request.Path)) return false;
        if (_segments is not null && !HasSegments(request.Path)) return false;
        if (_method is not null && !_method.Matches(request.Method)) return false;
        if (_scheme is not null && !_scheme.Matches(request.Scheme)) return false;
        if (_authority is not null && !_authority.Matches(request.Authority)) return false;
        foreach (var (name, condition) in _headers)
        {
            var value = HeaderOf(request, name);
            if (value is null || !condition.Matches(value)) return false;
        }

        foreach (var (name, condition) in _withoutHeaders)
        {
            // A missing header counts as empty text, unless the test is for presence.
            var value = HeaderOf(request, name);
            if (condition.IsPresence ? value is not null : condition.Matches(value ?? "")) return false;
        }

        foreach (var (name, condition) in _query)
            if (QueryValue(request.Query, name) is not { } value || !condition.Matches(value))
                return false;
        return true;
    }

    /// <summary><c>uri prefix /v1 and header x-tier exact gold</c>.</summary>
    public override string ToString()
    {
        var parts = new List<string>();
        Add("uri", _uri);
        if (!string.IsNullOrEmpty(_segments)) parts.Add($"path segments {_segments}");
        Add("scheme", _scheme);
        Add("method", _method);
        Add("authority", _authority);
        foreach (var (name, condition) in _headers) Add($"header {name}", condition);
        foreach (var (name, condition) in _withoutHeaders) Add($"without header {name}", condition);
        foreach (var (name, condition) in _query) Add($"query {name}", condition);
        if (_port is { } port) parts.Add($"port {port}");
        return parts.Count == 0 ? "everything" : string.Join(" and ", parts);

        void Add(string what, StringCondition? condition)
        {
            if (condition is not null) parts.Add($"{what} {condition}");
        }
    }

    private bool HasSegments(string path) =>
        path.StartsWith(_segments!, StringComparison.Ordinal)
        && (path.Length == _segments!.Length || path[_segments.Length] == '/');

    private static string? HeaderOf(in RouteRequest request, string name) => name switch
    {
        ":method" => request.Method,
        ":scheme" => request.Scheme,
        ":authority" => request.Authority,
        ":path" => request.Query.Length == 0 ? request.Path : request.Path + "?" + request.Query,
        _ => request.Headers(name),
    };

    private static ImmutableArray<KeyValuePair<string, StringCondition>> Compile(
        ImmutableSortedDictionary<string, StringMatch> matches) =>
        [.. matches.Select(pair => KeyValuePair.Create(pair.Key, StringCondition.Compile(pair.Value)!))];

    /// <summary>First value of a query parameter, not decoded, as Envoy compares it.</summary>
    private static string? QueryValue(string query, string name)
    {
        foreach (var range in query.AsSpan().Split('&'))
        {
            var part = query.AsSpan()[range];
            var equals = part.IndexOf('=');
            var key = equals < 0 ? part : part[..equals];
            if (key.SequenceEqual(name)) return equals < 0 ? "" : part[(equals + 1)..].ToString();
        }

        return null;
    }
}
