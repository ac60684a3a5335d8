using System.Text.Json.Nodes;
using Mesh.Config.Model;
using static Meshctl.Inspection.JsonParts;

namespace Meshctl.Inspection;

/// <summary>A whole view as a document; what is at its default is left out where that keeps it readable.</summary>
internal static class SnapshotDocument
{
    public static JsonObject ToJson(MeshView view) => new()
    {
        ["proxy"] = Proxy(view.Scope),
        ["services"] = new JsonArray([.. view.Upstreams.Select(upstream => Service(view, upstream))]),
        ["listeners"] = new JsonArray([.. view.Listeners.Select(Listener)]),
        ["unknownDestinations"] = view.AllowsUnknownDestinations ? "allowed" : "refused",
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
        document["policy"] = TrafficPolicyDocument.ToJson(upstream.Policy);
        if (IsHttp(upstream.Protocol)) document["routes"] = RouteDocument.Routes(view.OutboundRoutes(upstream.Key.Host, upstream.Key.Port));
        RouteDocument.AddConnectionRoutes(document, "connectionRoutes", view.OutboundConnectionRoutes(upstream.Key.Host, upstream.Key.Port));
        if (upstream.Discovery != default) document["discovery"] = Lower(upstream.Discovery);
        document["endpoints"] = EndpointDocument.ToJson(upstream);
        return document;
    }

    private static JsonObject Listener(GatewayListener listener)
    {
        var document = Describe(listener);
        RouteDocument.AddConnectionRoutes(document, "tlsRoutes", listener.TlsRoutes);
        RouteDocument.AddConnectionRoutes(document, "tcpRoutes", listener.TcpRoutes);
        return document;
    }

    private static JsonObject Describe(GatewayListener listener) => new()
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
        ["routes"] = RouteDocument.Routes(listener.Routes),
    };

    /// <summary>Of the others a sidecar routes connections, not requests; what it cannot tell it looks into.</summary>
    private static bool IsHttp(ServiceProtocol protocol) => protocol
        is ServiceProtocol.Auto or ServiceProtocol.Http or ServiceProtocol.HttpProxy or ServiceProtocol.Http2
        or ServiceProtocol.Grpc or ServiceProtocol.GrpcWeb;
}
