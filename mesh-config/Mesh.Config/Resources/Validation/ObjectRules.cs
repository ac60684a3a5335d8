using Mesh.Config.Resources.Core;
using Mesh.Config.Resources.Security;

namespace Mesh.Config.Resources.Validation;

/// <summary>Rules about metadata, and those of Kubernetes' own kinds.</summary>
internal static class ObjectRules
{
    private const string DryRun = "istio.io/dry-run";

    private static readonly string[] InternalAnnotations =
    [
        "internal.istio.io/webhook-always-reject", "internal.istio.io/parents", "internal.istio.io/parent-namespace",
    ];

    public static void Metadata(ObjectMeta value, RuleScope at)
    {
        if (value.Name.Length is 0 or > 253) at["name"].Error("must have 1 to 253 characters");
    }

    /// <summary>Annotations that Istio's kinds must not carry.</summary>
    public static void Annotations(MeshObject value, RuleScope at)
    {
        if (value.Metadata.Annotations.IsEmpty) return;
        var annotations = at["metadata"]["annotations"];
        foreach (var name in InternalAnnotations)
            if (value.Metadata.Annotations.ContainsKey(name))
                annotations.Key(name).Error("the annotation is Istio's own; remove it");
        if (!value.Metadata.Annotations.TryGetValue(DryRun, out var dryRun)) return;
        if (value is not AuthorizationPolicy policy)
            annotations.Key(DryRun).Error("only an AuthorizationPolicy can be a dry run; remove the annotation");
        else if (policy.Spec.Action is not (AuthorizationAction.Allow or AuthorizationAction.Deny))
            annotations.Key(DryRun).Error("only the actions ALLOW and DENY can be a dry run; remove the annotation");
        else if (!IsBool(dryRun))
            annotations.Entry(DryRun).Error($"\"{dryRun}\" is neither true nor false");
    }

    public static void Service(ServiceSpec value, RuleScope at)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < value.Ports.Length; i++)
        {
            var name = value.Ports[i].Name;
            if (name.Length == 0 && value.Ports.Length > 1) at["ports"][i].Missing("name", "with several ports each needs one");
            else if (name.Length > 0 && !names.Add(name)) at["ports"][i]["name"].Error($"port name \"{name}\" is given twice; rename one");
        }
    }

    /// <summary>What Go's strconv.ParseBool takes.</summary>
    private static bool IsBool(string text) =>
        text is "1" or "t" or "T" or "true" or "TRUE" or "True" or "0" or "f" or "F" or "false" or "FALSE" or "False";
}
