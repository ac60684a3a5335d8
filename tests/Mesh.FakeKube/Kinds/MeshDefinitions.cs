using System.Text.Json.Nodes;
using Mesh.FakeKube.Objects;

namespace Mesh.FakeKube.Kinds;

/// <summary>CustomResourceDefinitions of Istio and the Gateway API, with open schemas: names, versions, subresources and columns are theirs.</summary>
internal static class MeshDefinitions
{
    private const string Networking = "networking.istio.io";
    private const string Security = "security.istio.io";
    private const string GatewayApi = "gateway.networking.k8s.io";

    private static readonly string[] ThreeVersions = ["v1", "v1beta1", "v1alpha3"];

    public static IEnumerable<JsonObject> Istio =>
    [
        Definition(Networking, "VirtualService", "virtualservices", ThreeVersions, ["vs"], ("Gateways", ".spec.gateways"), ("Hosts", ".spec.hosts")),
        Definition(Networking, "DestinationRule", "destinationrules", ThreeVersions, ["dr"], ("Host", ".spec.host")),
        Definition(Networking, "Gateway", "gateways", ThreeVersions, ["gw"]),
        Definition(
            Networking, "ServiceEntry", "serviceentries", ThreeVersions, ["se"],
            ("Hosts", ".spec.hosts"), ("Location", ".spec.location"), ("Resolution", ".spec.resolution")),
        Definition(Networking, "WorkloadEntry", "workloadentries", ThreeVersions, ["we"], ("Address", ".spec.address")),
        Definition(Networking, "WorkloadGroup", "workloadgroups", ThreeVersions, ["wg"]),
        Definition(Networking, "Sidecar", "sidecars", ThreeVersions, []),
        Definition(Networking, "ProxyConfig", "proxyconfigs", ["v1beta1"], []),
        Definition(Networking, "EnvoyFilter", "envoyfilters", ["v1alpha3"], []),
        Definition(Security, "PeerAuthentication", "peerauthentications", ["v1", "v1beta1"], ["pa"], ("Mode", ".spec.mtls.mode")),
        Definition(Security, "RequestAuthentication", "requestauthentications", ["v1", "v1beta1"], ["ra"]),
        Definition(Security, "AuthorizationPolicy", "authorizationpolicies", ["v1", "v1beta1"], ["ap"], ("Action", ".spec.action")),
        Definition("telemetry.istio.io", "Telemetry", "telemetries", ["v1", "v1alpha1"], ["telemetry"]),
    ];

    public static IEnumerable<JsonObject> GatewayApis =>
    [
        Definition(
            GatewayApi, "GatewayClass", "gatewayclasses", ["v1", "v1beta1"], ["gc"], ("Controller", ".spec.controllerName")).Cluster(),
        Definition(GatewayApi, "Gateway", "gateways", ["v1", "v1beta1"], ["gtw"], ("Class", ".spec.gatewayClassName"))
            .WithList("spec", "listeners", "name"),
        Definition(GatewayApi, "HTTPRoute", "httproutes", ["v1", "v1beta1"], [], ("Hostnames", ".spec.hostnames")),
        Definition(GatewayApi, "GRPCRoute", "grpcroutes", ["v1", "v1alpha2"], [], ("Hostnames", ".spec.hostnames")),
        Definition(GatewayApi, "TLSRoute", "tlsroutes", ["v1", "v1alpha3", "v1alpha2"], []),
        Definition(GatewayApi, "TCPRoute", "tcproutes", ["v1alpha2"], []),
        Definition(GatewayApi, "ReferenceGrant", "referencegrants", ["v1", "v1beta1"], ["refgrant"]).WithoutStatus(),
    ];

    private static JsonObject Definition(
        string group, string kind, string plural, string[] versions, string[] shortNames, params (string Name, string Path)[] columns) => new()
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = new JsonObject { ["name"] = $"{plural}.{group}" },
            ["spec"] = new JsonObject
            {
                ["group"] = group,
                ["scope"] = "Namespaced",
                ["names"] = new JsonObject
                {
                    ["kind"] = kind,
                    ["listKind"] = kind + "List",
                    ["plural"] = plural,
                    ["singular"] = kind.ToLowerInvariant(),
                    ["shortNames"] = Json.Array(shortNames),
                    ["categories"] = Json.Array([group == GatewayApi ? "gateway-api" : "istio-io"]),
                },
                ["versions"] = new JsonArray([.. versions.Select(version => Version(version, version == versions[0], columns))]),
            },
        };

    private static JsonObject Version(string name, bool storage, (string Name, string Path)[] columns) => new()
    {
        ["name"] = name,
        ["served"] = true,
        ["storage"] = storage,
        ["subresources"] = new JsonObject { ["status"] = new JsonObject() },
        ["additionalPrinterColumns"] = new JsonArray([.. columns.Select(column => (JsonNode)new JsonObject
        {
            ["name"] = column.Name, ["jsonPath"] = column.Path, ["type"] = "string",
        })]),
        ["schema"] = new JsonObject
        {
            ["openAPIV3Schema"] = new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject { ["spec"] = Open(), ["status"] = Open() },
            },
        },
    };

    private static JsonObject Open() => new() { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true };

    private static JsonObject Cluster(this JsonObject definition)
    {
        definition["spec"]!["scope"] = "Cluster";
        return definition;
    }

    private static JsonObject WithoutStatus(this JsonObject definition)
    {
        foreach (var version in Json.Maps(definition, "spec", "versions")) version.Remove("subresources");
        return definition;
    }

    private static JsonObject WithList(this JsonObject definition, string part, string list, string key)
    {
        foreach (var version in Json.Maps(definition, "spec", "versions"))
        {
            Json.At(version, "schema", "openAPIV3Schema", "properties", part)!["properties"] = new JsonObject
            {
                [list] = new JsonObject
                {
                    ["type"] = "array",
                    ["x-kubernetes-list-type"] = "map",
                    ["x-kubernetes-list-map-keys"] = Json.Array([key]),
                    ["items"] = Open(),
                },
            };
        }

        return definition;
    }
}
