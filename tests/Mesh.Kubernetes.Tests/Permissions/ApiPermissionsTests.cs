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
            select $"{(grant.Scope == GrantScope.Namespace ? "Role" : "ClusterRole")} {grant.Role}: {verb} {grant.Resource} of \"{grant.Group}\"";

        Assert.Equal(asked.Order(StringComparer.Ordinal), Granted().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_is_not_registered_is_not_asked_for()
    {
        ApiPermissions.Demand(ApiVerb.List, ApiResource.Secret, "");

        Assert.Throws<InvariantException>(() => ApiPermissions.Demand(ApiVerb.Delete, ApiResource.Secret, ""));
    }

    [Fact]
    public void What_is_for_the_namespaces_of_machines_is_not_bound_in_the_whole_cluster()
    {
        var confined = ApiPermissions.All.Where(grant => grant.Scope == GrantScope.Machines).Select(grant => grant.Role).ToHashSet();
        Assert.Equal(["mesh-collector", "mesh-registration", "mesh-vm-token"], confined.Order(StringComparer.Ordinal));

        Assert.DoesNotContain(ApiPermissions.All, grant => confined.Contains(grant.Role) && grant.Scope != GrantScope.Machines);
        Assert.DoesNotContain(Documents(), document => document.Find("kind")!.Text == "ClusterRoleBinding"
            && confined.Contains(document.Find("roleRef")!.Find("name")!.Text));
    }

    [Fact]
    public void Leases_of_others_are_nobodys_to_change_in_the_namespace_of_the_gateway()
    {
        var rules = from document in Documents()
                    where document.Find("kind")!.Text == "Role"
                    from rule in document.Find("rules")!.Items
                    where rule.Find("resources")!.Items.Any(resource => resource.Text == "leases")
                    select (Verbs: rule.Find("verbs")!.Items.Select(verb => verb.Text), Names: rule.Find("resourceNames")?.Items.Select(name => name.Text) ?? []);

        foreach (var (verbs, names) in rules.Where(rule => !rule.Verbs.SequenceEqual(["create"])))
            Assert.Equal(["mesh-collector"], names);
    }

    private static IEnumerable<YamlValue> Documents() =>
        Directory.EnumerateFiles(Path.Combine(Checkout.Root, "manifests", "rbac"), "*.yaml").SelectMany(file => YamlDocuments.Parse(File.ReadAllText(file)));

    private static IEnumerable<string> Granted()
    {
        return from document in Documents()
               where document.Find("rules") is not null
               from rule in document.Find("rules")!.Items
               from resource in rule.Find("resources")!.Items
               from verb in rule.Find("verbs")!.Items
               let name = document.Find("metadata")!.Find("name")!.Text
               select $"{document.Find("kind")!.Text} {name}: {verb.Text} {resource.Text} of \"{rule.Find("apiGroups")!.Items.Single().Text}\"";
    }
}
