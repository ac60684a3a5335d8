namespace Mesh.FakeKube.Protobuf;

/// <summary>
/// The kinds that kubectl writes as protobuf and nothing else: it does not fall back to JSON. Source: the field numbers in the
/// <c>generated.proto</c> files of Kubernetes' API.
/// </summary>
internal static class KnownMessages
{
    private static readonly MessageSchema ObjectMeta = new(
        (1, Text("name")),
        (2, Text("generateName")),
        (3, Text("namespace")),
        (5, Text("uid")),
        (6, Text("resourceVersion")),
        (11, new("labels", FieldKind.TextMap)),
        (12, new("annotations", FieldKind.TextMap)),
        (14, Texts("finalizers")));

    private static readonly Dictionary<string, MessageSchema> ByKind = new(StringComparer.Ordinal)
    {
        ["TokenRequest"] = Top((2, Map("spec", new(
            (1, Texts("audiences")),
            (3, Map("boundObjectRef", new((1, Text("kind")), (2, Text("apiVersion")), (3, Text("name")), (4, Text("uid"))))),
            (4, new("expirationSeconds", FieldKind.Number)))))),
        ["TokenReview"] = Top((2, Map("spec", new((1, Text("token")), (2, Texts("audiences")))))),
        ["SelfSubjectReview"] = Top(),
        ["SelfSubjectRulesReview"] = Top((2, Map("spec", new((1, Text("namespace")))))),
        ["SelfSubjectAccessReview"] = Top((2, Map("spec", new(
            (1, Map("resourceAttributes", new(
                (1, Text("namespace")),
                (2, Text("verb")),
                (3, Text("group")),
                (4, Text("version")),
                (5, Text("resource")),
                (6, Text("subresource")),
                (7, Text("name"))))),
            (2, Map("nonResourceAttributes", new((1, Text("path")), (2, Text("verb"))))))))),
        ["Namespace"] = Top(),
        ["ServiceAccount"] = Top(),
        ["ConfigMap"] = Top((2, new("data", FieldKind.TextMap)), (3, new("binaryData", FieldKind.BytesMap))),
        ["Secret"] = Top((2, new("data", FieldKind.BytesMap)), (3, Text("type")), (4, new("stringData", FieldKind.TextMap))),
        ["ClusterRole"] = Role(),
        ["Role"] = Role(),
        ["ClusterRoleBinding"] = Binding(),
        ["RoleBinding"] = Binding(),
        ["DeleteOptions"] = new(
            (2, Map("preconditions", new((1, Text("uid")), (2, Text("resourceVersion"))))),
            (4, Text("propagationPolicy")),
            (5, Texts("dryRun"))),
    };

    public static MessageSchema? Find(string kind) => ByKind.GetValueOrDefault(kind);

    private static MessageField Text(string name) => new(name, FieldKind.Text);

    private static MessageField Texts(string name) => new(name, FieldKind.Text, Repeated: true);

    private static MessageField Map(string name, MessageSchema schema, bool repeated = false) => new(name, FieldKind.Message, repeated, schema);

    private static MessageSchema Top(params (int Number, MessageField Field)[] fields) => new([(1, Map("metadata", ObjectMeta)), .. fields]);

    private static MessageSchema Role() => Top((2, Map(
        "rules",
        new(
            (1, Texts("verbs")),
            (2, Texts("apiGroups")),
            (3, Texts("resources")),
            (4, Texts("resourceNames")),
            (5, Texts("nonResourceURLs"))),
        repeated: true)));

    private static MessageSchema Binding() => Top(
        (2, Map("subjects", new((1, Text("kind")), (2, Text("apiGroup")), (3, Text("name")), (4, Text("namespace"))), repeated: true)),
        (3, Map("roleRef", new((1, Text("apiGroup")), (2, Text("kind")), (3, Text("name"))))));
}
