using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Mesh.FakeKube.Kinds;
using Mesh.FakeKube.Objects;

namespace Mesh.FakeKube.Api;

/// <summary>The few rules that clients meet in practice.</summary>
internal static partial class Validation
{
    private const int LongestName = 253;

    private const string Rfc1123 =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";

    /// <exception cref="StatusException">422</exception>
    public static void Name(ResourceType type, string name)
    {
        // Roles may be called system:anything.
        var valid = type.Group == "rbac.authorization.k8s.io"
            ? !name.Contains('/', StringComparison.Ordinal)
            : name.Length <= LongestName && DnsName().IsMatch(name);
        if (!valid) throw StatusException.Invalid(type, name, "metadata.name", $"Invalid value: \"{name}\": {Rfc1123}");
    }

    /// <exception cref="StatusException">422</exception>
    public static void Object(ResourceType type, JsonObject value)
    {
        var name = Metadata.Name(value);
        if (type == BuiltInKinds.Service && Json.Text(value, "spec", "type") != "ExternalName" && !Json.Maps(value, "spec", "ports").Any()
            && Json.Text(value, "spec", "clusterIP") != "None")
            throw StatusException.Invalid(type, name, "spec.ports", "Required value");
        if (type == BuiltInKinds.EndpointSlice && Json.Text(value, "addressType") is null or "")
            throw StatusException.Invalid(type, name, "addressType", "Required value: must be specified");
        if (type == BuiltInKinds.CustomResourceDefinition
            && name != $"{Json.Text(value, "spec", "names", "plural")}.{Json.Text(value, "spec", "group")}")
            throw StatusException.Invalid(type, name, "metadata.name", $"Invalid value: \"{name}\": must be spec.names.plural+\".\"+spec.group");
        foreach (var (key, label) in Metadata.Labels(value))
        {
            if (!LabelValue().IsMatch(label))
                throw StatusException.Invalid(type, name, "metadata.labels", $"Invalid value: \"{label}\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.' (key {key})");
        }
    }

    /// <summary>Addresses that Kubernetes takes nowhere but in its own status fields.</summary>
    /// <exception cref="StatusException">422</exception>
    public static void Addresses(ResourceType type, JsonObject value)
    {
        if (type == BuiltInKinds.EndpointSlice)
        {
            foreach (var (index, endpoint) in Json.Maps(value, "endpoints").Index()) Refuse($"endpoints[{index}].addresses", Json.Texts(endpoint, "addresses"));
        }

        if (type == BuiltInKinds.Service) Refuse("spec.externalIPs", Json.Texts(value, "spec", "externalIPs"));

        void Refuse(string field, IEnumerable<string> addresses)
        {
            foreach (var (index, text) in addresses.Index())
            {
                if (!IPAddress.TryParse(text, out var address) || !IPAddress.IsLoopback(address)) continue;
                throw StatusException.Invalid(
                    type, Metadata.Name(value), $"{field}[{index}]", $"Invalid value: \"{text}\": may not be in the loopback range (127.0.0.0/8, ::1/128)");
            }
        }
    }

    /// <exception cref="StatusException">422</exception>
    public static void Change(ResourceType type, JsonObject old, JsonObject next)
    {
        if (type == BuiltInKinds.EndpointSlice) Immutable("addressType");
        if (type == BuiltInKinds.Secret) Immutable("type");
        if (type == BuiltInKinds.ClusterRoleBinding || type == BuiltInKinds.RoleBinding) Immutable("roleRef");
        if ((type == BuiltInKinds.Secret || type == BuiltInKinds.ConfigMap) && Json.True(old, "immutable")) Immutable("data");

        void Immutable(string field)
        {
            if (!Json.Same(old[field], next[field]))
            {
                throw StatusException.Invalid(
                    type, Metadata.Name(next), field, $"Invalid value: {next[field]?.ToJsonString() ?? "null"}: field is immutable");
            }
        }
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex DnsName();

    [GeneratedRegex(@"^(([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])?\z")]
    private static partial Regex LabelValue();
}
