using Mesh.Config.Yaml;
using Mesh.Hosting;
using Mesh.Kubernetes.Api;
using Mesh.Kubernetes.Permissions;
using Mesh.Kubernetes.Tests.Support;

namespace Mesh.Kubernetes.Tests.Permissions;

public sealed class ApiPermissionsTests
{
    [Fact]
    public void The_manifests_grant_what_the_code_asks_for_and_no_more()
    {
        var asked =
            from grant in ApiPermissions.All
            from verb in grant.Verbs
            select $"{(grant.Scope == GrantScope.Cluster ? "ClusterRole" : "Role")} {grant.Role}: {verb} {grant.Resource} of \"{grant.Group}\"";

        Assert.Equal(asked.Order(StringComparer.Ordinal), Granted().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_is_not_registered_is_not_asked_for()
    {
        ApiPermissions.Demand(ApiVerb.List, ApiResource.Secret, "");

        Assert.Throws<InvariantException>(() => ApiPermissions.Demand(ApiVerb.Delete, ApiResource.Secret, ""));
    }

    private static IEnumerable<string> Granted()
    {
        var folder = Path.Combine(Checkout.Root, "manifests", "rbac");
        return from file in Directory.EnumerateFiles(folder, "*.yaml")
               from document in YamlDocuments.Parse(File.ReadAllText(file))
               where document.Find("rules") is not null
               from rule in document.Find("rules")!.Items
               from resource in rule.Find("resources")!.Items
               from verb in rule.Find("verbs")!.Items
               let name = document.Find("metadata")!.Find("name")!.Text
               select $"{document.Find("kind")!.Text} {name}: {verb.Text} {resource.Text} of \"{rule.Find("apiGroups")!.Items.Single().Text}\"";
    }
}
