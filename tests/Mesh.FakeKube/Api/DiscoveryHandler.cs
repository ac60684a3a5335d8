using System.Globalization;
using System.Text.Json.Nodes;
using Mesh.FakeKube.Kinds;
using Mesh.FakeKube.Objects;

namespace Mesh.FakeKube.Api;

/// <summary>Tells what is served: <c>/version</c>, <c>/api</c>, <c>/apis</c> and below, plain and aggregated.</summary>
internal sealed class DiscoveryHandler(ClusterState cluster)
{
    private static readonly string[] AllVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    /// <summary>Kinds that are only created, never stored.</summary>
    private static readonly (string Group, string Kind, string Plural, bool Namespaced)[] Reviews =
    [
        ("authentication.k8s.io", "TokenReview", "tokenreviews", false),
        ("authentication.k8s.io", "SelfSubjectReview", "selfsubjectreviews", false),
        ("authorization.k8s.io", "SelfSubjectAccessReview", "selfsubjectaccessreviews", false),
        ("authorization.k8s.io", "SelfSubjectRulesReview", "selfsubjectrulesreviews", false),
        ("authorization.k8s.io", "SubjectAccessReview", "subjectaccessreviews", false),
    ];

    private IEnumerable<string> Groups =>
        cluster.Kinds.Groups.Concat(Reviews.Select(review => review.Group)).Distinct().Order(StringComparer.Ordinal);

    /// <returns>False when the path is none of these.</returns>
    public async Task<bool> TryAnswerAsync(HttpContext context, string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        JsonObject? answer = parts switch
        {
            ["version"] => Version(),
            ["api"] when Aggregated(context) is { } version => Aggregate([""], version),
            ["api"] => new JsonObject { ["kind"] = "APIVersions", ["versions"] = new JsonArray("v1") },
            ["apis"] when Aggregated(context) is { } version => Aggregate(Groups, version),
            ["apis"] => GroupList(),
            ["apis", var group] when Groups.Contains(group) => Stamp(Group(group), "APIGroup"),
            ["api", "v1"] => ResourceList("", "v1"),
            ["apis", var group, var version] when VersionsOf(group).Contains(version) => ResourceList(group, version),
            _ => null,
        };
        if (answer is null) return false;
        var type = Json.Text(answer, "kind") == "APIGroupDiscoveryList"
            ? $"application/json;g=apidiscovery.k8s.io;v={Json.Text(answer, "apiVersion")!.Split('/')[1]};as=APIGroupDiscoveryList"
            : Answers.JsonType;
        await Answers.WriteAsync(context, answer, type: type);
        return true;
    }

    private static string? Aggregated(HttpContext context)
    {
        var accept = context.Request.Headers.Accept.ToString();
        if (!accept.Contains("as=APIGroupDiscoveryList", StringComparison.Ordinal)) return null;
        return accept.Contains("v=v2;", StringComparison.Ordinal) || accept.EndsWith("v=v2", StringComparison.Ordinal) ? "v2" : "v2beta1";
    }

    private static JsonObject Stamp(JsonObject value, string kind)
    {
        var stamped = new JsonObject { ["kind"] = kind, ["apiVersion"] = "v1" };
        foreach (var (name, node) in value) stamped[name] = Json.Copy(node);
        return stamped;
    }

    private static JsonArray Texts(IEnumerable<string> texts) => Json.Array(texts);

    private static IEnumerable<(string Name, string Kind, string[] Verbs)> Parts(ResourceType type)
    {
        if (type.HasStatus) yield return ("status", type.Kind, ["get", "patch", "update"]);
        if (type == BuiltInKinds.ServiceAccount) yield return ("token", "TokenRequest", ["create"]);
        if (type == BuiltInKinds.Namespace) yield return ("finalize", "Namespace", ["update"]);
    }

    private static JsonObject ResponseKind(string group, string version, string kind) => new()
    {
        ["group"] = group,
        ["version"] = version,
        ["kind"] = kind,
    };

    private JsonObject Version()
    {
        var numbers = cluster.Options.Version.TrimStart('v').Split('.');
        return new JsonObject
        {
            ["major"] = numbers[0],
            ["minor"] = numbers[1],
            ["gitVersion"] = cluster.Options.Version,
            ["gitCommit"] = "0000000000000000000000000000000000000000",
            ["gitTreeState"] = "clean",
            ["buildDate"] = Metadata.Time(DateTimeOffset.UnixEpoch),
            ["goVersion"] = "none",
            ["compiler"] = "dotnet",
            ["platform"] = "linux/amd64",
        };
    }

    private IReadOnlyList<string> VersionsOf(string group)
    {
        var versions = cluster.Kinds.VersionsOf(group);
        return versions.Count > 0 ? versions : Reviews.Any(review => review.Group == group) ? ["v1"] : [];
    }

    private JsonObject GroupList() => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = new JsonArray([.. Groups.Select(Group)]),
    };

    private JsonObject Group(string group)
    {
        var versions = VersionsOf(group)
            .Select(version => new JsonObject { ["groupVersion"] = $"{group}/{version}", ["version"] = version }).ToList();
        return new JsonObject
        {
            ["name"] = group,
            ["versions"] = new JsonArray([.. versions]),
            ["preferredVersion"] = Json.Copy(versions[0]),
        };
    }

    private JsonObject ResourceList(string group, string version)
    {
        var resources = new JsonArray();
        foreach (var type in cluster.Kinds.Serving(group, version))
        {
            resources.Add(new JsonObject
            {
                ["name"] = type.Plural,
                ["singularName"] = type.Singular,
                ["namespaced"] = type.Namespaced,
                ["kind"] = type.Kind,
                ["verbs"] = Texts(AllVerbs),
                ["shortNames"] = Texts(type.ShortNames),
                ["categories"] = Texts(type.Categories),
                ["storageVersionHash"] = type.Id.GetHashCode(StringComparison.Ordinal).ToString(CultureInfo.InvariantCulture),
            });
            foreach (var (name, kind, verbs) in Parts(type))
            {
                resources.Add(new JsonObject
                {
                    ["name"] = $"{type.Plural}/{name}",
                    ["singularName"] = "",
                    ["namespaced"] = type.Namespaced,
                    ["kind"] = kind,
                    ["verbs"] = Texts(verbs),
                });
            }
        }

        foreach (var review in Reviews.Where(review => review.Group == group && version == "v1"))
        {
            resources.Add(new JsonObject
            {
                ["name"] = review.Plural,
                ["singularName"] = review.Kind.ToLowerInvariant(),
                ["namespaced"] = review.Namespaced,
                ["kind"] = review.Kind,
                ["verbs"] = Texts(["create"]),
            });
        }

        return new JsonObject
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}",
            ["resources"] = resources,
        };
    }

    private JsonObject Aggregate(IEnumerable<string> groups, string discoveryVersion) => new()
    {
        ["kind"] = "APIGroupDiscoveryList",
        ["apiVersion"] = $"apidiscovery.k8s.io/{discoveryVersion}",
        ["metadata"] = new JsonObject(),
        ["items"] = new JsonArray([.. groups.Select(group => new JsonObject
        {
            ["metadata"] = group.Length == 0 ? new JsonObject() : new JsonObject { ["name"] = group },
            ["versions"] = new JsonArray([.. (group.Length == 0 ? ["v1"] : VersionsOf(group)).Select(version => new JsonObject
            {
                ["version"] = version,
                ["freshness"] = "Current",
                ["resources"] = AggregatedResources(group, version),
            })]),
        })]),
    };

    private JsonArray AggregatedResources(string group, string version)
    {
        var resources = new JsonArray();
        foreach (var type in cluster.Kinds.Serving(group, version))
        {
            var resource = Resource(type.Plural, group, version, type.Kind, type.Singular, type.Namespaced, AllVerbs);
            resource["shortNames"] = Texts(type.ShortNames);
            resource["categories"] = Texts(type.Categories);
            resource["subresources"] = new JsonArray([.. Parts(type).Select(part => new JsonObject
            {
                ["subresource"] = part.Name,
                ["responseKind"] = part.Kind == "TokenRequest"
                    ? ResponseKind("authentication.k8s.io", "v1", part.Kind)
                    : ResponseKind(group, version, part.Kind),
                ["verbs"] = Texts(part.Verbs),
            })]);
            resources.Add(resource);
        }

        foreach (var review in Reviews.Where(review => review.Group == group && version == "v1"))
            resources.Add(Resource(review.Plural, group, version, review.Kind, review.Kind.ToLowerInvariant(), review.Namespaced, ["create"]));
        return resources;
    }

    private static JsonObject Resource(
        string plural, string group, string version, string kind, string singular, bool namespaced, string[] verbs) => new()
        {
            ["resource"] = plural,
            ["responseKind"] = ResponseKind(group, version, kind),
            ["scope"] = namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = singular,
            ["verbs"] = Texts(verbs),
        };
}
