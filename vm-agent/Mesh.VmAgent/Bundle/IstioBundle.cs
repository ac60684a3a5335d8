using Mesh.Hosting.Settings;

namespace Mesh.VmAgent.Bundle;

/// <summary>The files of a bundle, read in the order in which Istio's start script and agent read them.</summary>
/// <remarks>Source: istio tools/packaging/common/istio-start.sh, pilot/cmd/pilot-agent/config/config.go.</remarks>
internal sealed class IstioBundle
{
    private readonly Dictionary<string, Sourced> variables = new(StringComparer.Ordinal);

    private IstioBundle(BundlePlaces places) => Places = places;

    public BundlePlaces Places { get; }

    public ProxyConfigSources Proxy { get; } = new();

    /// <summary>Where the name is not in this machine's own <c>/etc/hosts</c>; null without the file, or with an empty one.</summary>
    public string? HostsFile { get; private set; }

    /// <exception cref="SettingsException">A file is wrong, or <c>cluster.env</c> is missing although it is <paramref name="required"/>.</exception>
    public static IstioBundle Read(BundlePlaces places, IReadOnlyDictionary<string, string> environment, bool required)
    {
        var bundle = new IstioBundle(places);
        foreach (var (name, value) in environment) bundle.variables[name] = new Sourced(value, $"environment {name}");
        if (BundleText.Read(places.SidecarEnv) is { } sidecar) ShellAssignments.Source(sidecar, places.SidecarEnv, bundle.variables);
        if (BundleText.Read(places.ClusterEnv) is { } cluster) ShellAssignments.Source(cluster, places.ClusterEnv, bundle.variables);
        else if (required) throw new SettingsException($"{places.ClusterEnv} is missing; {places.InstallHint}");

        if (BundleText.Read(places.MeshConfig) is { } mesh) bundle.Proxy.ApplyMeshConfig(mesh, places.MeshConfig);
        if (bundle.FindVariable("PROXY_CONFIG") is { } config) bundle.Proxy.ApplyProxyConfig(config.Text, config.Origin);
        bundle.ReadAnnotations();
        if (BundleText.Read(places.Hosts) is { } hosts && Bundle.HostsFile.Read(hosts, places.Hosts).Count > 0) bundle.HostsFile = places.Hosts;
        return bundle;
    }

    public Sourced? AnnotatedDiscoveryAddress { get; private set; }

    public Sourced? AnnotatedStatusPort { get; private set; }

    /// <summary>A variable that is set and not empty; proxyMetadata of the same name stands in for one that is not set.</summary>
    public Sourced? Find(string name) =>
        variables.GetValueOrDefault(name) is { } variable ? NotEmpty(variable) : NotEmpty(Proxy.Metadata.GetValueOrDefault(name));

    /// <summary>A variable that is set and not empty.</summary>
    public Sourced? FindVariable(string name) => NotEmpty(variables.GetValueOrDefault(name));

    /// <summary>Node metadata by name without <c>ISTIO_META_</c>; variables win over proxyMetadata.</summary>
    public SortedDictionary<string, string> NodeMetadata()
    {
        const string prefix = "ISTIO_META_";
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in Proxy.Metadata.Concat(variables))
            if (name.StartsWith(prefix, StringComparison.Ordinal) && name.Length > prefix.Length) metadata[name[prefix.Length..]] = value.Text;
        return metadata;
    }

    private static Sourced? NotEmpty(Sourced? value) => value is { Text.Length: > 0 } ? value : null;

    private void ReadAnnotations()
    {
        if (BundleText.Read(Places.Annotations) is not { } text) return;
        var annotations = PodAnnotations.Read(text, Places.Annotations);
        if (annotations.GetValueOrDefault("proxy.istio.io/config") is { } config) Proxy.ApplyProxyConfig(config.Text, $"{config.Origin} proxy.istio.io/config");
        AnnotatedDiscoveryAddress = NotEmpty(annotations.GetValueOrDefault("sidecar.istio.io/discoveryAddress"));
        AnnotatedStatusPort = NotEmpty(annotations.GetValueOrDefault("status.sidecar.istio.io/port"));
    }
}
