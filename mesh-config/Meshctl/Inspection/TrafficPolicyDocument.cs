using System.Text.Json.Nodes;
using Mesh.Config.Model;
using static Meshctl.Inspection.JsonParts;

namespace Meshctl.Inspection;

/// <summary>How an upstream is called.</summary>
internal static class TrafficPolicyDocument
{
    public static JsonObject ToJson(TrafficPolicy policy)
    {
        var document = new JsonObject
        {
            ["loadBalancer"] = Lower(policy.LoadBalancer),
            ["connectTimeout"] = Duration(policy.ConnectTimeout),
        };
        Add(document, "maxConnections", policy.MaxConnections);
        Add(document, "http1MaxPendingRequests", policy.Http1MaxPendingRequests);
        Add(document, "http2MaxRequests", policy.Http2MaxRequests);
        Add(document, "maxRequestsPerConnection", policy.MaxRequestsPerConnection);
        Add(document, "maxRetries", policy.MaxRetries);
        if (policy.Outlier is { } outlier)
            document["outlierDetection"] = new JsonObject
            {
                ["consecutive5xxErrors"] = outlier.Consecutive5xxErrors,
                ["consecutiveGatewayErrors"] = outlier.ConsecutiveGatewayErrors,
                ["interval"] = Duration(outlier.Interval),
                ["baseEjectionTime"] = Duration(outlier.BaseEjectionTime),
                ["maxEjectionPercent"] = outlier.MaxEjectionPercent,
                ["minHealthPercent"] = outlier.MinHealthPercent,
            };
        if (policy.Hash is { } hash) document["consistentHash"] = Hash(hash);
        if (policy.ZoneAware is { } zone) document["zoneAware"] = new JsonObject { ["minClusterSize"] = zone.MinClusterSize };
        if (policy.Warmup is { } warmup)
            document["warmup"] = new JsonObject
            {
                ["duration"] = Duration(warmup.Duration),
                ["minimumPercent"] = warmup.MinimumPercent,
                ["aggression"] = warmup.Aggression,
            };
        if (policy.RetryBudget is { } budget)
            document["retryBudget"] = new JsonObject { ["percent"] = budget.Percent, ["minConcurrency"] = budget.MinConcurrency };
        if (policy.Tunnel is { } tunnel)
            document["tunnel"] = new JsonObject { ["method"] = tunnel.Method, ["targetHost"] = tunnel.TargetHost, ["targetPort"] = tunnel.TargetPort };
        Add(document, "proxyProtocol", policy.ProxyProtocol);
        return document;
    }

    private static JsonObject Hash(HashPolicy hash)
    {
        var document = new JsonObject();
        if (hash.HeaderName is { } header) document["header"] = header;
        if (hash.QueryParameter is { } parameter) document["queryParameter"] = parameter;
        if (hash.CookieName is { } cookie) document["cookie"] = cookie;
        if (hash.SourceAddress) document["sourceAddress"] = true;
        if (hash.MaglevTableSize is { } size) document["maglevTableSize"] = size;
        else document["minimumRingSize"] = hash.MinimumRingSize;
        return document;
    }
}
