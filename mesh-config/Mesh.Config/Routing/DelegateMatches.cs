using System.Collections.Immutable;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Routing;

/// <summary>Conditions of a rule that delegates, combined with those of a rule of its delegate.</summary>
/// <remarks>Source: istio pilot/pkg/model/virtualservice.go mergeHTTPMatchRequests and hasConflict.</remarks>
internal static class DelegateMatches
{
    /// <summary>
    /// Every pair that is compatible, in the order of the delegate's. Null when one of the delegate's conditions is
    /// compatible with none of the root's: the delegate asks for something that was not handed to it.
    /// </summary>
    public static ImmutableArray<HttpMatchRequest>? Merge(
        ImmutableArray<HttpMatchRequest> root, ImmutableArray<HttpMatchRequest> own)
    {
        if (root.IsEmpty) return own;
        if (own.IsEmpty) return root;
        var merged = ImmutableArray.CreateBuilder<HttpMatchRequest>();
        foreach (var inner in own)
        {
            var before = merged.Count;
            foreach (var outer in root)
                if (!Conflict(outer, inner))
                    merged.Add(Merge(outer, inner));
            if (merged.Count == before) return null;
        }

        return merged.ToImmutable();
    }

    public static string MergeNames(string root, string own) =>
        root.Length == 0 ? own : own.Length == 0 ? root : $"{root}-{own}";

    private static HttpMatchRequest Merge(HttpMatchRequest root, HttpMatchRequest own) => own with
    {
        Name = MergeNames(root.Name, own.Name),
        Uri = own.Uri ?? root.Uri,
        Scheme = own.Scheme ?? root.Scheme,
        Method = own.Method ?? root.Method,
        Authority = own.Authority ?? root.Authority,
        Headers = root.Headers.SetItems(own.Headers),
        WithoutHeaders = root.WithoutHeaders.SetItems(own.WithoutHeaders),
        QueryParams = root.QueryParams.SetItems(own.QueryParams),
        Port = own.Port ?? root.Port,
        SourceLabels = root.SourceLabels.SetItems(own.SourceLabels),
        SourceNamespace = own.SourceNamespace.Length > 0 ? own.SourceNamespace : root.SourceNamespace,
        Gateways = own.Gateways.IsEmpty ? root.Gateways : own.Gateways,
        StatPrefix = own.StatPrefix.Length > 0 ? own.StatPrefix : root.StatPrefix,
    };

    private static bool Conflict(HttpMatchRequest root, HttpMatchRequest own) =>
        Conflict(root.Uri, own.Uri)
        || Conflict(root.Scheme, own.Scheme)
        || Conflict(root.Method, own.Method)
        || Conflict(root.Authority, own.Authority)
        || Conflict(root.Headers, own.Headers)
        || Conflict(root.WithoutHeaders, own.WithoutHeaders)
        || Conflict(root.QueryParams, own.QueryParams)
        || root.IgnoreUriCase != own.IgnoreUriCase
        || root.Port is { } port && own.Port is { } ownPort && port != ownPort
        || root.SourceNamespace.Length > 0 && root.SourceNamespace != own.SourceNamespace
        || own.SourceLabels.Any(label => root.SourceLabels.TryGetValue(label.Key, out var value) && value != label.Value)
        || !root.Gateways.IsEmpty && !own.Gateways.All(name => root.Gateways.Contains(name));

    private static bool Conflict(
        ImmutableSortedDictionary<string, StringMatch> root, ImmutableSortedDictionary<string, StringMatch> own) =>
        own.Any(pair => root.TryGetValue(pair.Key, out var outer) && Conflict(outer, pair.Value));

    /// <summary>Whether some value that the delegate wants is not the root's to hand on.</summary>
    private static bool Conflict(StringMatch? root, StringMatch? own)
    {
        if (root is null || own is null) return false;
        // What two regular expressions have in common cannot be told: one on either side excludes any other condition.
        if (!string.IsNullOrEmpty(root.Regex)) return HasAny(own);
        if (!string.IsNullOrEmpty(own.Regex)) return HasAny(root);
        if (!string.IsNullOrEmpty(root.Exact)) return own.Exact != root.Exact;
        if (string.IsNullOrEmpty(root.Prefix)) return false;
        var inner = !string.IsNullOrEmpty(own.Exact) ? own.Exact : own.Prefix;
        return inner is not null && !inner.StartsWith(root.Prefix, StringComparison.Ordinal);
    }

    private static bool HasAny(StringMatch match) =>
        !string.IsNullOrEmpty(match.Regex) || !string.IsNullOrEmpty(match.Prefix) || !string.IsNullOrEmpty(match.Exact);
}
