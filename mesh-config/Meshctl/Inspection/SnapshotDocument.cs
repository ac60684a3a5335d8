using System.Globalization;
using System.Text.Json.Nodes;
using Mesh.Config.Model;
using Mesh.Config.Routing;

namespace Meshctl.Inspection;

/// <summary>A whole view as a document; what is at its default is left out where that keeps it readable.</summary>
internal static class SnapshotDocument
{
    public static JsonObject ToJson(MeshView view) => new()
    {
        ["proxy"] = Proxy(view.Scope),
        ["services"] = new JsonArray([.. view.Upstreams.Select(upstream => Service(view, upstream))]),
        ["listeners"] = new JsonArray([.. view.Listeners.Select(Listener)]),
        ["policy"] = new JsonObject
        {
            ["mtls"] = Mtls(view),
            ["authorizationPolicies"] = Texts(view.Policy.AuthorizationPolicies),
            ["requestAuthentication"] = !view.Policy.HasNoAuthentication,
        },
    };

    private static JsonObject Proxy(ProxyScope scope) => new()
    {
        ["type"] = Lower(scope.Type),
        ["cluster"] = scope.Cluster,
        ["network"] = scope.Network,
        ["locality"] = scope.Locality.ToString(),
        ["namespace"] = scope.Namespace,
        ["labels"] = new JsonObject(scope.Labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value))),
    };

    private static JsonObject Mtls(MeshView view)
    {
        // Port 0 has no settings of its own: what is left is the mode of the workload.
        var effective = view.Policy.Mtls(0);
        return new JsonObject { ["mode"] = Lower(effective.Mode), ["reason"] = effective.Reason };
    }

    private static JsonObject Service(MeshView view, Upstream upstream)
    {
        var document = new JsonObject
        {
            ["host"] = upstream.Key.Host,
            ["port"] = upstream.Key.Port,
            ["protocol"] = Lower(upstream.Protocol),
        };
        if (upstream.MeshExternal) document["meshExternal"] = true;
        document["tls"] = Lower(upstream.Tls);
        document["sni"] = upstream.Sni;
        document["expectedIdentities"] = Texts(upstream.ExpectedIdentities);
        document["policy"] = Policy(upstream.Policy);
        if (IsHttp(upstream.Protocol)) document["routes"] = Routes(view.OutboundRoutes(upstream.Key.Host, upstream.Key.Port));
        document["endpoints"] = EndpointDocument.ToJson(upstream);
        return document;
    }

    private static JsonObject Policy(TrafficPolicy policy)
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
        return document;
    }

    private static JsonArray Routes(HttpRouteTable? table) => new([.. (table?.Entries ?? []).Select(Route)]);

    private static JsonObject Route(RouteEntry entry)
    {
        var route = entry.Route;
        var document = new JsonObject { ["host"] = entry.Domain, ["name"] = route.Name, ["from"] = route.Origin };
        if (!entry.Matches.IsEmpty) document["match"] = Texts(entry.Matches);
        switch (route.Action)
        {
            case RouteAction.Forward forward:
                document["to"] = new JsonArray([.. forward.Destinations.Select(destination =>
                    new JsonObject { ["cluster"] = destination.Upstream.ClusterName, ["weight"] = destination.Weight })]);
                break;
            case RouteAction.Redirect redirect:
                document["redirect"] = new JsonObject
                {
                    ["code"] = redirect.Code, ["scheme"] = redirect.Scheme ?? "", ["authority"] = redirect.Authority ?? "",
                    ["port"] = redirect.Port ?? 0, ["path"] = redirect.Path ?? "",
                };
                break;
            case RouteAction.DirectResponse response:
                document["directResponse"] = response.Status;
                break;
        }

        if (route.RewriteUri is { } uri) document["rewriteUri"] = uri;
        if (route.RewriteAuthority is { } authority) document["rewriteAuthority"] = authority;
        if (route.Timeout is { } timeout) document["timeout"] = Duration(timeout);
        if (route.Action is RouteAction.Forward && !IsDefault(route.Retries)) document["retries"] = Retries(route.Retries);
        return document;
    }

    /// <summary>Of the others a sidecar routes connections, not requests; what it cannot tell it looks into.</summary>
    private static bool IsHttp(ServiceProtocol protocol) => protocol
        is ServiceProtocol.Auto or ServiceProtocol.Http or ServiceProtocol.HttpProxy or ServiceProtocol.Http2
        or ServiceProtocol.Grpc or ServiceProtocol.GrpcWeb;

    private static bool IsDefault(RetryPolicy retries) =>
        retries.Attempts == RetryPolicy.Default.Attempts && retries.PerTryTimeout is null && retries.RetriableStatusCodes.IsEmpty
        && retries.RetryOn.SetEquals(RetryPolicy.Default.RetryOn);

    private static JsonObject Retries(RetryPolicy retries)
    {
        var document = new JsonObject { ["attempts"] = retries.Attempts };
        if (retries.Attempts == 0) return document;
        if (retries.PerTryTimeout is { } timeout) document["perTryTimeout"] = Duration(timeout);
        document["retryOn"] = Texts(retries.RetryOn
            .Concat(retries.RetriableStatusCodes.Select(code => code.ToString(CultureInfo.InvariantCulture))).Order(StringComparer.Ordinal));
        return document;
    }

    private static JsonObject Listener(GatewayListener listener) => new()
    {
        ["port"] = listener.Port,
        ["bind"] = listener.Bind,
        ["protocol"] = listener.Protocol,
        ["servers"] = new JsonArray([.. listener.Servers.Select(server => new JsonObject
        {
            ["gateway"] = server.Gateway,
            ["hosts"] = Texts(server.Hosts),
            ["tls"] = Lower(server.Tls.Mode),
            ["credentialName"] = server.Tls.CredentialName,
            ["httpsRedirect"] = server.Tls.HttpsRedirect,
        })]),
        ["routes"] = Routes(listener.Routes),
    };

    private static void Add(JsonObject document, string name, int? value)
    {
        if (value is { } number) document[name] = number;
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);

    private static string Duration(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###}s");

    private static string Lower<T>(T value) where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
