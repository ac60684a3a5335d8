using System.Net;
using System.Text.Json;
using Mesh.Hosting.Settings;

namespace Mesh.VmAgent.Bundle;

/// <summary>What a bundle means for the agent: values of our settings by name, each with the place it stands at.</summary>
/// <remarks>Source: istio pilot/cmd/pilot-agent/options/options.go; the start script for addresses and names.</remarks>
internal sealed class BundleSettings
{
    private const string DefaultDiscoveryAddress = "istiod.istio-system.svc:15012";

    private readonly IstioBundle bundle;
    private readonly Dictionary<string, FoundValue> found = new(StringComparer.Ordinal);

    private BundleSettings(IstioBundle bundle) => this.bundle = bundle;

    /// <exception cref="SettingsException">A value cannot be used; the message has its place.</exception>
    public static Dictionary<string, FoundValue> Of(IstioBundle bundle)
    {
        var settings = new BundleSettings(bundle);
        settings.AddNames();
        settings.AddAuthority();
        settings.AddCertificate();
        settings.AddAddresses();
        settings.AddProbe();
        return settings.found;
    }

    /// <summary>What a machine says of itself where no bundle does.</summary>
    public static Dictionary<string, FoundValue> OfThisMachine()
    {
        var found = new Dictionary<string, FoundValue>(StringComparer.Ordinal) { ["name"] = new([HostName.Text], HostName.Origin) };
        if (OwnAddress.OfDefaultRoute() is { } own) found["workload-address"] = new([own.ToString()], "address of the default route");
        return found;
    }

    private static Sourced HostName => new(Environment.MachineName.Split('.')[0], "host name");

    private void AddNames()
    {
        Add("name", bundle.FindVariable("POD_NAME") ?? HostName);
        // The start script makes POD_NAMESPACE of ISTIO_NAMESPACE.
        var ns = bundle.FindVariable("ISTIO_NAMESPACE") ?? bundle.Find("POD_NAMESPACE") ?? new Sourced("default", "default of Istio");
        Add("namespace", ns);
        Add("service-account", bundle.Find("SERVICE_ACCOUNT") ?? new Sourced("default", "default of Istio"));
        Add("cluster", bundle.Find("ISTIO_META_CLUSTER_ID") ?? new Sourced("Kubernetes", "default of Istio"));
        Add("network", bundle.Find("ISTIO_META_NETWORK"));
        Add("trust-domain", bundle.Find("TRUST_DOMAIN"));
        var group = bundle.Find("ISTIO_META_AUTO_REGISTER_GROUP");
        Add("workload-group", group, name => $"{ns.Text}/{name}");
        // As Istio's agent does: where istiod is told a group, it makes the entry.
        Add("register", group, _ => "istiod");
        if (bundle.Find("ISTIO_METAJSON_LABELS") is not { } labels) return;
        var pairs = ReadLabels(labels);
        Add("labels", labels, _ => string.Join(',', pairs.Select(pair => $"{pair.Key}={pair.Value}")));
        // Label values have no slash; a point stands for it there.
        if ((pairs.GetValueOrDefault("topology.istio.io/locality") ?? pairs.GetValueOrDefault("istio-locality")) is { Length: > 0 } locality)
            Add("locality", labels, _ => locality.Contains('/', StringComparison.Ordinal) ? locality : locality.Replace('.', '/'));
    }

    private static SortedDictionary<string, string> ReadLabels(Sourced labels)
    {
        try
        {
            using var document = JsonDocument.Parse(labels.Text);
            var pairs = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var label in document.RootElement.EnumerateObject())
            {
                var value = label.Value.GetString() ?? "";
                if (label.Name.Length == 0 || label.Name.AsSpan().ContainsAny(",=") || value.Contains(',', StringComparison.Ordinal))
                    throw new SettingsException($"{labels.Origin}: '{label.Name}' is not a label of Kubernetes");
                pairs[label.Name] = value;
            }

            return pairs;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new SettingsException($"{labels.Origin}: must be a JSON object of texts like {{\"app\":\"legacy-billing\"}}");
        }
    }

    private void AddAuthority()
    {
        var system = bundle.FindVariable("ISTIO_SYSTEM_NAMESPACE");
        var discovery = bundle.AnnotatedDiscoveryAddress ?? bundle.FindVariable("PILOT_ADDRESS") ?? bundle.Proxy.Text("discoveryAddress");
        var ca = bundle.FindVariable("CA_ADDR") ?? bundle.FindVariable("PILOT_ADDRESS");
        if (ca is null && (bundle.FindVariable("ISTIO_PILOT_PORT") ?? system) is { } part)
            ca = new Sourced($"istiod.{system?.Text ?? "istio-system"}.svc:{bundle.FindVariable("ISTIO_PILOT_PORT")?.Text ?? "15012"}", part.Origin);
        ca ??= discovery ?? new Sourced(DefaultDiscoveryAddress, "default of Istio");
        if (ca.Text.EndsWith(":15010", StringComparison.Ordinal))
            throw new SettingsException($"{ca.Origin}: certificates are not given over the plain text port 15010; write port 15012");
        if (FileMounted()) Add("identity", new Sourced($"files:{Folder("PROV_CERT")}", "FILE_MOUNTED_CERTS"));
        else Add("identity", ca, address => $"ca:{address}");

        Add("discovery-address", discovery ?? ca);
        Add("ca-server-name", ServerName(ca, system));
        Add("ca-root", bundle.FindVariable("CA_ROOT_CA") ?? Root());
        Add("xds-root", bundle.FindVariable("XDS_ROOT_CA") ?? Root());
        Add("ca-token", new Sourced(bundle.Places.Token, "place of Istio's token"));
        if (bundle.HostsFile is { } hosts) Add("hosts", new Sourced(hosts, "of the bundle"));
    }

    private bool FileMounted() => bundle.FindVariable("FILE_MOUNTED_CERTS")?.Text == "true";

    private string Folder(string variable) => bundle.FindVariable(variable)?.Text ?? Path.GetDirectoryName(bundle.Places.Roots[0])!;

    private Sourced Root() => bundle.Places.Roots.FirstOrDefault(File.Exists) is { } root
        ? new Sourced(root, "of the bundle")
        : throw new SettingsException($"{bundle.Places.Roots[0]} is missing: without it istiod cannot be told from an impostor; {bundle.Places.InstallHint}");

    /// <summary>
    /// The name that istiod's certificate has. An address or the name of a load balancer is not in it, so there istiod's own name
    /// is expected, where Istio's agent would fail.
    /// </summary>
    private Sourced ServerName(Sourced ca, Sourced? system)
    {
        if (bundle.FindVariable("ISTIOD_SAN") is { } san) return san;
        var host = ca.Text[..Math.Max(ca.Text.LastIndexOf(':'), 0)];
        var isService = host.EndsWith(".svc", StringComparison.OrdinalIgnoreCase) || host.Contains(".svc.", StringComparison.OrdinalIgnoreCase);
        return isService && !host.Contains("localhost", StringComparison.OrdinalIgnoreCase)
            ? ca with { Text = host }
            : new Sourced($"istiod.{system?.Text ?? "istio-system"}.svc", $"istiod's own name, as {host} is none of its certificate's");
    }

    private void AddCertificate()
    {
        Add("certificate-ttl", bundle.FindVariable("SECRET_TTL"));
        Add("grace-ratio", bundle.FindVariable("SECRET_GRACE_PERIOD_RATIO"));
        Add("grace-jitter", bundle.FindVariable("SECRET_GRACE_PERIOD_RATIO_JITTER"));
        if (bundle.FindVariable("ECC_SIGNATURE_ALGORITHM") is { } algorithm)
        {
            if (algorithm.Text != "ECDSA") throw new SettingsException($"{algorithm.Origin}: '{algorithm.Text}' is not known; write ECDSA or leave it out");
            Add("key-kind", bundle.FindVariable("ECC_CURVE") ?? algorithm with { Text = "P256" }, curve => $"ecdsa-{curve.ToLowerInvariant()}");
        }
        else
        {
            Add("key-kind", bundle.FindVariable("WORKLOAD_RSA_KEY_SIZE"), size => $"rsa-{size}");
        }
    }

    private void AddAddresses()
    {
        var told = bundle.FindVariable("ISTIO_SVC_IP") ?? bundle.FindVariable("INSTANCE_IP");
        var own = OwnAddress.OfDefaultRoute();
        Add("workload-address", told ?? (own is null ? null : new Sourced(own.ToString(), "address of the default route")));
        if (told is not null && IPAddress.TryParse(told.Text, out var address) && !OwnAddress.IsOwn(address) && own is not null)
            Add("listen-address", new Sourced(own.ToString(), $"{told.Text} is no address of this machine, so of the default route"));
        Add("app-address", Localhost());
        Add("health-port", bundle.FindVariable("ENVOY_STATUS_PORT"));
        Add("metrics-port", bundle.AnnotatedStatusPort ?? bundle.Proxy.Text("statusPort"));
        Add("inbound-port", bundle.FindVariable("INBOUND_CAPTURE_PORT"));
        Add("admin", bundle.Proxy.Text("proxyAdminPort"), port => $"127.0.0.1:{port}");
    }

    private Sourced? Localhost() => bundle.FindVariable("REWRITE_PROBE_LEGACY_LOCALHOST_DESTINATION") is { Text: "true" } rewrite
        ? rewrite with { Text = "127.0.0.1" } : null;

    private void AddProbe()
    {
        if (bundle.Proxy.Tree("readinessProbe") is not var (probe, origin)) return;
        found["probe"] = new FoundValue([YamlJson.Write(probe)], origin);
    }

    private void Add(string setting, Sourced? value, Func<string, string>? make = null)
    {
        if (value is not null) found[setting] = new FoundValue([make is null ? value.Text : make(value.Text)], value.Origin);
    }
}
