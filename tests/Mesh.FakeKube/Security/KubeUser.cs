namespace Mesh.FakeKube.Security;

/// <summary>Who a request comes from.</summary>
/// <param name="Groups">With the ones that Kubernetes adds, as <c>system:authenticated</c>.</param>
internal sealed record KubeUser(string Name, IReadOnlyList<string> Groups)
{
    public const string Masters = "system:masters";

    public bool IsMaster => Groups.Contains(Masters);

    public static KubeUser Authenticated(string name, IEnumerable<string> groups) =>
        new(name, [.. groups, "system:authenticated"]);

    public static KubeUser ServiceAccount(string space, string name) => Authenticated(
        $"system:serviceaccount:{space}:{name}", ["system:serviceaccounts", $"system:serviceaccounts:{space}"]);
}
