using System.Collections.Immutable;
using System.Text.Json;
using Mesh.Config.Model.Incremental;
using Mesh.Config.Resources.Core;

namespace Mesh.Config.Model.Compilation;

/// <summary>
/// Nodes through which a gateway Service of type NodePort is reached: those that its annotation
/// <c>traffic.istio.io/nodeSelector</c> chooses by their labels.
/// </summary>
/// <remarks>Source: istio pilot/pkg/serviceregistry/kube/controller/controller.go, updateServiceNodePortAddresses.</remarks>
internal static class GatewayNodes
{
    /// <summary>The annotation counts only on a Service of type NodePort.</summary>
    public static bool AreMeant(Service service) =>
        service.Spec.Type == "NodePort" && service.Metadata.Annotations.ContainsKey(TopologyLabels.NodeSelector);

    /// <summary>External addresses of the chosen Nodes, in the order of their names; a Node without one is left out.</summary>
    /// <param name="problem">Empty unless the annotation cannot be read.</param>
    public static ImmutableArray<string> AddressesOf(MeshReader index, string cluster, Service service, out string problem)
    {
        if (!TryParse(service.Metadata.Annotations[TopologyLabels.NodeSelector], out var labels))
        {
            problem = $"its annotation {TopologyLabels.NodeSelector} is no JSON object of labels such as {{\"ingress\": \"true\"}}";
            return [];
        }

        problem = "";
        return
        [
            .. index.Of<Node>()
                .Where(entry => entry.Cluster == cluster && LabelMatch.Selects(labels, entry.Object.Metadata.Labels))
                .Select(entry => ExternalAddressOf(entry.Object))
                .Where(address => address.Length > 0),
        ];
    }

    /// <summary>The port of the Nodes behind a port of the Service; the same port as long as none has been assigned.</summary>
    public static int PortOf(Service service, int port) =>
        service.Spec.Ports.FirstOrDefault(candidate => candidate.Port == port) is { NodePort: > 0 } found ? found.NodePort : port;

    private static string ExternalAddressOf(Node node) =>
        node.Status?.Addresses.FirstOrDefault(address => address is { Type: "ExternalIP", Address.Length: > 0 })?.Address ?? "";

    private static bool TryParse(string json, out ImmutableSortedDictionary<string, string> labels)
    {
        labels = ImmutableSortedDictionary<string, string>.Empty;
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return false;
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Value.ValueKind != JsonValueKind.String) return false;
                labels = labels.SetItem(property.Name, property.Value.GetString()!);
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
