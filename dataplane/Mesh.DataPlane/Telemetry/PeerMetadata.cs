using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Mesh.DataPlane.Telemetry;

/// <summary>What proxies of the mesh tell each other of their workloads, in the form of Istio's HTTP headers.</summary>
/// <remarks>Source: istio/proxy peer_metadata filter: base64 of a google.protobuf.Struct.</remarks>
public static class PeerMetadata
{
    public const string Header = "x-envoy-peer-metadata";
    public const string IdHeader = "x-envoy-peer-metadata-id";

    /// <summary>Longest text that is looked into; Istio's is a few hundred bytes.</summary>
    private const int Longest = 8 * 1024;

    private const string CanonicalName = "service.istio.io/canonical-name";
    private const string CanonicalRevision = "service.istio.io/canonical-revision";

    public static string Encode(WorkloadMetadata metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        var labels = new Struct();
        // In the order of their names, as Istio's serialisation is deterministic and peers cache by the text.
        Add(labels, "app", metadata.App);
        Add(labels, CanonicalName, metadata.CanonicalService);
        Add(labels, CanonicalRevision, metadata.CanonicalRevision);
        Add(labels, "version", metadata.Version);
        var all = new Struct();
        Add(all, "CLUSTER_ID", metadata.Cluster);
        all.Fields.Add("LABELS", Value.ForStruct(labels));
        Add(all, "NAME", metadata.Instance);
        Add(all, "NAMESPACE", metadata.Namespace);
        if (metadata.Workload.Length > 0)
            Add(all, "OWNER", $"kubernetes://apis/apps/v1/namespaces/{metadata.Namespace}/deployments/{metadata.Workload}");
        Add(all, "WORKLOAD_NAME", metadata.Workload);
        return Convert.ToBase64String(all.ToByteArray());
    }

    /// <summary>Null for what is not such a text.</summary>
    public static WorkloadMetadata? Decode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length is 0 or > Longest) return null;
        // Envoy writes and accepts it without padding as well.
        var padded = text.TrimEnd('=');
        padded = padded.PadRight((padded.Length + 3) / 4 * 4, '=');
        var bytes = new byte[padded.Length / 4 * 3];
        if (!Convert.TryFromBase64String(padded, bytes, out var length)) return null;
        try
        {
            return Read(Struct.Parser.ParseFrom(bytes.AsSpan(0, length)));
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static WorkloadMetadata Read(Struct all)
    {
        var labels = all.Fields.TryGetValue("LABELS", out var found) ? found.StructValue : null;
        return new WorkloadMetadata
        {
            Instance = Text(all, "NAME"),
            Workload = Text(all, "WORKLOAD_NAME"),
            Namespace = Text(all, "NAMESPACE"),
            Cluster = Text(all, "CLUSTER_ID"),
            App = Text(labels, "app"),
            Version = Text(labels, "version"),
            CanonicalService = Text(labels, CanonicalName),
            CanonicalRevision = Text(labels, CanonicalRevision),
        };
    }

    private static string Text(Struct? of, string name)
    {
        const int longest = 253;
        if (of is null || !of.Fields.TryGetValue(name, out var value) || value.KindCase != Value.KindOneofCase.StringValue) return "";
        return value.StringValue.Length > longest ? value.StringValue[..longest] : value.StringValue;
    }

    private static void Add(Struct to, string name, string value)
    {
        if (value.Length > 0) to.Fields.Add(name, Value.ForString(value));
    }
}
