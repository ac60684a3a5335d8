using System.Globalization;
using System.Text.Json.Nodes;
using Mesh.FakeKube.Kinds;

namespace Mesh.FakeKube.Api;

/// <summary>
/// OpenAPI v3 and v2, as small as lets kubectl know that the server validates fields itself. Strategic merge patches are not in it, so that
/// kubectl takes the merge keys that it has built in.
/// </summary>
internal sealed class OpenApiHandler(ClusterState cluster)
{
    private static readonly string[] Options = ["dryRun", "fieldManager", "fieldValidation", "force"];

    /// <returns>False when the path is none of these.</returns>
    public async Task<bool> TryAnswerAsync(HttpContext context, string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is not ["openapi", ..]) return false;
        var accept = context.Request.Headers.Accept.ToString();
        if (accept.Contains("protobuf", StringComparison.Ordinal) && !accept.Contains("json", StringComparison.Ordinal))
            throw StatusException.NotAcceptable(Answers.JsonType);
        var answer = parts switch
        {
            ["openapi", "v2"] => Version2(),
            ["openapi", "v3"] => Index(),
            ["openapi", "v3", "api", "v1"] => Document("", "v1"),
            ["openapi", "v3", "apis", var group, var version] => Document(group, version),
            _ => null,
        };
        if (answer is null) return false;
        await Answers.WriteAsync(context, answer);
        return true;
    }

    private static string Root(string group, string version) => group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";

    private static JsonObject Info() => new() { ["title"] = "Kubernetes", ["version"] = "unversioned" };

    private static JsonObject KindOf(ResourceType type, string version) => new()
    {
        ["group"] = type.Group,
        ["version"] = version,
        ["kind"] = type.Kind,
    };

    private static string SchemaName(ResourceType type, string version)
    {
        var group = type.Group.Length == 0 ? "io.k8s.api.core" : string.Join('.', type.Group.Split('.').Reverse());
        return $"{group}.{version}.{type.Kind}";
    }

    private static JsonObject Schema(ResourceType type, string version)
    {
        var properties = new JsonObject
        {
            ["apiVersion"] = new JsonObject { ["type"] = "string", ["description"] = "The version of the schema of this object." },
            ["kind"] = new JsonObject { ["type"] = "string", ["description"] = "The kind of this object." },
            ["metadata"] = new JsonObject { ["type"] = "object", ["description"] = "Standard object's metadata." },
        };
        foreach (var field in FieldValidation.FieldsOf(type)) properties[field] = new JsonObject { ["x-kubernetes-preserve-unknown-fields"] = true };
        return new JsonObject
        {
            ["type"] = "object",
            ["description"] = $"{type.Kind} of {type.ApiVersion(version)}.",
            ["properties"] = properties,
            ["x-kubernetes-group-version-kind"] = new JsonArray(KindOf(type, version)),
        };
    }

    private static JsonObject Operation(ResourceType type, string version, string action, IEnumerable<string> options) => new()
    {
        ["operationId"] = $"{action}{type.Kind}",
        ["parameters"] = new JsonArray([.. options.Select(option => new JsonObject
        {
            ["name"] = option, ["in"] = "query", ["schema"] = new JsonObject { ["type"] = option == "force" ? "boolean" : "string" },
        })]),
        ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "OK" } },
        ["x-kubernetes-action"] = action,
        ["x-kubernetes-group-version-kind"] = KindOf(type, version),
    };

    private JsonObject Index()
    {
        var paths = new JsonObject();
        foreach (var group in cluster.Kinds.Groups.Prepend(""))
        {
            foreach (var version in cluster.Kinds.VersionsOf(group))
            {
                var root = Root(group, version);
                // The hash changes with the kinds, so that clients do not keep an old document.
                var hash = cluster.Kinds.Serving(group, version).Count().ToString("X8", CultureInfo.InvariantCulture);
                paths[root] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{root}?hash={hash}" };
            }
        }

        return new JsonObject { ["paths"] = paths };
    }

    private JsonObject? Document(string group, string version)
    {
        var types = cluster.Kinds.Serving(group, version).ToList();
        if (types.Count == 0) return null;
        var paths = new JsonObject();
        var schemas = new JsonObject();
        foreach (var type in types)
        {
            var collection = $"/{Root(group, version)}{(type.Namespaced ? "/namespaces/{namespace}" : "")}/{type.Plural}";
            paths[collection] = new JsonObject
            {
                ["get"] = Operation(type, version, "list", []),
                ["post"] = Operation(type, version, "post", Options[..3]),
            };
            paths[collection + "/{name}"] = new JsonObject
            {
                ["get"] = Operation(type, version, "get", []),
                ["put"] = Operation(type, version, "put", Options[..3]),
                ["patch"] = Operation(type, version, "patch", Options),
                ["delete"] = Operation(type, version, "delete", Options[..1]),
            };
            schemas[SchemaName(type, version)] = Schema(type, version);
        }

        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = Info(),
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas },
        };
    }

    private JsonObject Version2()
    {
        var definitions = new JsonObject();
        foreach (var type in cluster.Kinds.All)
        {
            foreach (var version in type.Versions) definitions[SchemaName(type, version)] = Schema(type, version);
        }

        return new JsonObject { ["swagger"] = "2.0", ["info"] = Info(), ["paths"] = new JsonObject(), ["definitions"] = definitions };
    }
}
