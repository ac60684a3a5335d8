using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Mesh.FakeKube.Kinds;
using Mesh.FakeKube.Objects;
using Mesh.FakeKube.Storage;

namespace Mesh.FakeKube.Api;

/// <summary>How objects are written for one request: as they are, as tables, or their metadata only.</summary>
internal sealed class AnswerFormat
{
    private enum Shape { Object, Table, Metadata }

    private readonly Shape shape;
    private readonly ResourceType type;
    private readonly string version;
    private readonly string includeObject;
    private readonly TimeProvider time;

    private AnswerFormat(Shape shape, ResourceType type, string version, string includeObject, TimeProvider time)
    {
        this.shape = shape;
        this.type = type;
        this.version = version;
        this.includeObject = includeObject;
        this.time = time;
    }

    /// <summary>The first of the accepted types that is spoken here.</summary>
    /// <exception cref="StatusException">406: none is; clients that ask for protobuf alone do not fall back by themselves.</exception>
    public static AnswerFormat Of(ApiRequest request, TimeProvider time)
    {
        AnswerFormat Make(Shape shape) => new(shape, request.Type, request.Path.Version, request.Query("includeObject"), time);

        var accept = request.Context.Request.Headers.Accept.ToString();
        if (accept.Length == 0) return Make(Shape.Object);
        foreach (var part in accept.Split(','))
        {
            var words = part.Split(';', StringSplitOptions.TrimEntries);
            if (words[0] is not ("application/json" or "*/*" or "application/*")) continue;
            var shape = words.FirstOrDefault(word => word.StartsWith("as=", StringComparison.Ordinal));
            if (shape is null) return Make(Shape.Object);
            if (!words.Contains("g=meta.k8s.io") || !words.Contains("v=v1")) continue;
            if (shape is "as=Table") return Make(Shape.Table);
            if (shape is "as=PartialObjectMetadata" or "as=PartialObjectMetadataList") return Make(Shape.Metadata);
        }

        throw StatusException.NotAcceptable("application/json");
    }

    public void WriteObject(IBufferWriter<byte> output, StoredObject value)
    {
        switch (shape)
        {
            case Shape.Table:
                Write(output, Table([value], new JsonObject { ["resourceVersion"] = Text(value.Revision) }));
                break;
            case Shape.Metadata:
                Write(output, Partial(value.Parse()));
                break;
            default:
                WriteTyped(output, value);
                break;
        }
    }

    public void WriteList(IBufferWriter<byte> output, IReadOnlyList<StoredObject> values, long revision, string next, int remaining)
    {
        var metadata = new JsonObject { ["resourceVersion"] = Text(revision) };
        if (next.Length > 0) metadata["continue"] = next;
        if (remaining > 0) metadata["remainingItemCount"] = remaining;
        if (shape == Shape.Table)
        {
            Write(output, Table(values, metadata));
            return;
        }

        var (kind, apiVersion) = shape == Shape.Metadata
            ? ("PartialObjectMetadataList", "meta.k8s.io/v1")
            : (type.Kind + "List", type.ApiVersion(version));
        Write(output, $"{{\"kind\":\"{kind}\",\"apiVersion\":\"{apiVersion}\",\"metadata\":{metadata.ToJsonString()},\"items\":[");
        for (var index = 0; index < values.Count; index++)
        {
            if (index > 0) output.Write(","u8);
            if (shape == Shape.Metadata) Write(output, Partial(values[index].Parse()));
            else if (type.IsCustom) WriteTyped(output, values[index]);
            // Items of lists of built-in kinds do not say what they are.
            else output.Write(values[index].Body);
        }

        output.Write("]}\n"u8);
    }

    /// <summary>An event of a watch, with its newline.</summary>
    /// <param name="kind">ADDED, MODIFIED or DELETED.</param>
    public void WriteEvent(IBufferWriter<byte> output, string kind, StoredObject value)
    {
        Write(output, $"{{\"type\":\"{kind}\",\"object\":");
        WriteObject(output, value);
        output.Write("}\n"u8);
    }

    /// <summary>An object of the watched kind that has a revision and nothing else.</summary>
    public void WriteBookmark(IBufferWriter<byte> output, long revision, bool endsInitialEvents)
    {
        var metadata = new JsonObject { ["resourceVersion"] = Text(revision) };
        if (endsInitialEvents) metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        JsonObject value = shape switch
        {
            Shape.Table => Table([], metadata),
            Shape.Metadata => Partial(new JsonObject { ["metadata"] = metadata }),
            _ => new JsonObject { ["kind"] = type.Kind, ["apiVersion"] = type.ApiVersion(version), ["metadata"] = metadata },
        };
        Write(output, new JsonObject { ["type"] = "BOOKMARK", ["object"] = value });
        output.Write("\n"u8);
    }

    private static JsonObject Partial(JsonObject value) => new()
    {
        ["kind"] = "PartialObjectMetadata",
        ["apiVersion"] = "meta.k8s.io/v1",
        ["metadata"] = Json.Copy(value["metadata"]),
    };

    private static string Text(long revision) => revision.ToString(CultureInfo.InvariantCulture);

    private static void Write(IBufferWriter<byte> output, string text) => Encoding.UTF8.GetBytes(text, output);

    private static void Write(IBufferWriter<byte> output, JsonNode node) => output.Write(Json.Bytes(node));

    private void WriteTyped(IBufferWriter<byte> output, StoredObject value)
    {
        Write(output, $"{{\"kind\":\"{type.Kind}\",\"apiVersion\":\"{type.ApiVersion(version)}\",");
        output.Write(value.Body[1..]);
    }

    private JsonObject Table(IReadOnlyList<StoredObject> values, JsonObject metadata) => new()
    {
        ["kind"] = "Table",
        ["apiVersion"] = "meta.k8s.io/v1",
        ["metadata"] = metadata,
        ["columnDefinitions"] = TableCells.Columns(type),
        ["rows"] = new JsonArray([.. values.Select(value =>
        {
            var parsed = value.Parse(version);
            var row = new JsonObject { ["cells"] = TableCells.Row(type, parsed, time.GetUtcNow()) };
            if (includeObject != "None") row["object"] = includeObject == "Object" ? parsed : Partial(parsed);
            return row;
        })]),
    };
}
