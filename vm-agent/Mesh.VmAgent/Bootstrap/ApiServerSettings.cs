using System.Buffers;
using System.Text;
using System.Text.Json;
using Mesh.Config.Sources;
using Mesh.Hosting.Settings;
using Mesh.Istiod.Ca;

namespace Mesh.VmAgent.Bootstrap;

/// <summary>
/// The API server of an EKS cluster in three settings, in the place of a kubeconfig: <c>--api-server</c>, <c>--api-server-ca</c> and
/// <c>--eks-cluster</c>. Others name it as <c>kube:api-server</c>.
/// </summary>
internal sealed class ApiServerSettings
{
    /// <summary>How base64 of a PEM text begins: what <c>aws eks describe-cluster</c> gives.</summary>
    private const string PemInBase64 = "LS0tLS";

    private readonly Setting<Uri?> address;
    private readonly Setting<string?> authority;
    private readonly Setting<string?> cluster;

    public ApiServerSettings(SettingsDefinition definition)
    {
        address = definition.Optional(
            "api-server", "URL", "API server of an EKS cluster, which others name as kube:api-server; the AWS role of this machine proves who asks.",
            SettingParsers.WebAddress);
        authority = definition.Optional(
            "api-server-ca", "CA", "Its certificate authority: a file, the PEM text, or base64 as aws eks describe-cluster shows it.", SettingParsers.Text);
        cluster = definition.Optional("eks-cluster", "NAME", "Name of that EKS cluster.", SettingParsers.Text);
    }

    /// <summary>What is wrong with the three together, or with places that name what they do not describe; null when nothing is.</summary>
    /// <param name="places">Every API server that some setting names.</param>
    public string? Problem(EffectiveSettings values, IEnumerable<ApiServerSpec> places)
    {
        if (values.Get(address) is null != values.Get(cluster) is null)
            return "--api-server and --eks-cluster belong together: where the cluster is, and the name its tokens are for";
        return values.Get(address) is null && places.Any(place => place.IsDescribed)
            ? "kube:api-server: give --api-server URL, --api-server-ca and --eks-cluster NAME, or name a kubeconfig" : null;
    }

    public bool IsGiven(EffectiveSettings values) => values.Get(address) is not null;

    /// <summary>The same server, with its kubeconfig if it is the described one.</summary>
    public ApiServerSpec Complete(ApiServerSpec server, EffectiveSettings values) =>
        server.IsDescribed ? server with { Text = Kubeconfig(values) } : server;

    /// <summary>JSON, which YAML is a superset of. No program is run for its user: we make such tokens ourselves.</summary>
    private string Kubeconfig(EffectiveSettings values)
    {
        const string name = ApiServerSpec.Described;
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("current-context", name);
            Entry(json, "clusters", "cluster", () =>
            {
                json.WriteString("server", values.Get(address)!.AbsoluteUri.TrimEnd('/'));
                if (values.Get(authority) is not { } root) return;
                if (RootCertificates.IsText(root)) json.WriteString("certificate-authority-data", Convert.ToBase64String(Encoding.UTF8.GetBytes(root)));
                else if (root.StartsWith(PemInBase64, StringComparison.Ordinal)) json.WriteString("certificate-authority-data", root.Trim());
                else json.WriteString("certificate-authority", Path.GetFullPath(root));
            });
            Entry(json, "contexts", "context", () =>
            {
                json.WriteString("cluster", name);
                json.WriteString("user", name);
            });
            Entry(json, "users", "user", () =>
            {
                json.WriteStartObject("exec");
                json.WriteString("command", "aws");
                json.WriteStartArray("args");
                foreach (var word in new[] { "eks", "get-token", "--cluster-name", values.Get(cluster)! }) json.WriteStringValue(word);
                json.WriteEndArray();
                json.WriteEndObject();
            });
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static void Entry(Utf8JsonWriter json, string list, string kind, Action write)
    {
        json.WriteStartArray(list);
        json.WriteStartObject();
        json.WriteString("name", ApiServerSpec.Described);
        json.WriteStartObject(kind);
        write();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
