using System.Collections.Immutable;
using Mesh.Config.Model.Compilation;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Core;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Model.Incremental;

/// <summary>The keys by which objects are found without looking at all of their type.</summary>
internal static class IndexKeys
{
    public const string HostPrefix = "host=";

    /// <summary>Key of everything with a wildcard host: it may be for any host.</summary>
    public const string AnyHost = "host=*";

    /// <summary>Key of VirtualServices with tls or tcp rules.</summary>
    public const string Connections = "connections";

    public static string Host(string host) => HostPrefix + host.ToLowerInvariant();

    public static string Name(string name) => "name=" + name;

    public static string OfService(string name) => "service=" + name;

    public static string Zone(string zone) => "zone=" + zone;

    public static string Label(string key, string value) => $"label={key}={value}";

    public static string HasLabel(string key) => "label=" + key;

    /// <summary>All sets that an object is in, by what it says now.</summary>
    public static IEnumerable<Dependency> Of(string cluster, MeshObject value, string clusterDomain)
    {
        var type = value.GetType();
        var meta = value.Metadata;
        yield return Dependency.OnType(type);
        if (meta.Namespace.Length > 0) yield return Dependency.OnNamespace(type, meta.Namespace);
        switch (value)
        {
            case Service:
                yield return Dependency.OnKey(type, "", "", Host($"{meta.Name}.{meta.Namespace}.svc.{clusterDomain}"));
                if (meta.Labels.ContainsKey(TopologyLabels.Network))
                    yield return Dependency.OnKey(type, "", "", HasLabel(TopologyLabels.Network));
                break;
            case EndpointSlice:
                if (meta.Labels.TryGetValue(TopologyLabels.ServiceName, out var service))
                    yield return Dependency.OnKey(type, cluster, meta.Namespace, OfService(service));
                break;
            case Pod:
                foreach (var key in Labels(type, meta.Namespace, meta.Labels)) yield return key;
                break;
            case WorkloadEntry entry:
                foreach (var key in Labels(type, meta.Namespace, WorkloadFacts.LabelsOf(entry))) yield return key;
                break;
            case Node:
                yield return Dependency.OnKey(type, cluster, "", Zone(WorkloadFacts.ZoneOf(meta.Labels)));
                break;
            case ServiceEntry entry:
                foreach (var host in entry.Spec.Hosts.Select(Host).Distinct(StringComparer.Ordinal))
                    yield return Dependency.OnKey(type, "", "", host);
                break;
            case DestinationRule rule:
                yield return Dependency.OnKey(type, "", meta.Namespace, Name(meta.Name));
                yield return Dependency.OnKey(type, "", meta.Namespace, Pattern(rule.Spec.Host, meta.Namespace, clusterDomain));
                break;
            case Gateway:
                yield return Dependency.OnKey(type, "", meta.Namespace, Name(meta.Name));
                break;
            case VirtualService source:
                yield return Dependency.OnKey(type, "", meta.Namespace, Name(meta.Name));
                foreach (var key in source.Spec.Hosts.Select(host => Pattern(host, meta.Namespace, clusterDomain))
                             .Distinct(StringComparer.Ordinal))
                    yield return Dependency.OnKey(type, "", "", key);
                if (!source.Spec.Tls.IsEmpty || !source.Spec.Tcp.IsEmpty) yield return Dependency.OnKey(type, "", "", Connections);
                break;
        }
    }

    private static IEnumerable<Dependency> Labels(
        Type type, string objectNamespace, ImmutableSortedDictionary<string, string> labels)
    {
        foreach (var (key, value) in labels) yield return Dependency.OnKey(type, "", objectNamespace, Label(key, value));
    }

    private static string Pattern(string host, string objectNamespace, string clusterDomain) =>
        host.StartsWith('*') ? AnyHost : Host(HostNames.Complete(host, objectNamespace, clusterDomain));
}
