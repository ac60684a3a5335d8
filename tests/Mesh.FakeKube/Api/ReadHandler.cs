using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.FakeKube.Objects;
using Mesh.FakeKube.Storage;

namespace Mesh.FakeKube.Api;

/// <summary>get and list, with Kubernetes' rules for <c>resourceVersion</c>.</summary>
/// <remarks>Source: kubernetes.io/docs/reference/using-api/api-concepts, "Resource versions".</remarks>
internal sealed class ReadHandler(ClusterState cluster)
{
    /// <summary>How long a read waits for a revision that the cache has not seen yet.</summary>
    private static readonly TimeSpan FreshnessWait = TimeSpan.FromSeconds(3);

    private readonly ObjectStore store = cluster.Store;

    public async Task GetAsync(ApiRequest request)
    {
        var format = AnswerFormat.Of(request, cluster.Time);
        var cached = await CachedRevisionAsync(request);
        var found = cached is { } at
            ? store.AllAt(request.Type.Id, at)?.FirstOrDefault(value => value.Namespace == request.Namespace && value.Name == request.Path.Name)
            : store.Get(request.Type, request.Namespace, request.Path.Name);
        if (found is null) throw StatusException.NotFound(request.Type, request.Path.Name);
        var output = new ArrayBufferWriter<byte>();
        format.WriteObject(output, found);
        await Answers.WriteAsync(request.Context, output.WrittenMemory);
    }

    public async Task ListAsync(ApiRequest request)
    {
        var format = AnswerFormat.Of(request, cluster.Time);
        var selection = request.Selection();
        var limit = (int)Math.Min(request.Number("limit") ?? 0, int.MaxValue);
        var (values, revision, after) = await StateAsync(request, limit);
        var matching = values.Where(value => selection.Matches(value) && string.CompareOrdinal(value.Key, after) > 0).ToList();
        var page = limit > 0 && matching.Count > limit ? matching[..limit] : matching;
        var rest = matching.Count - page.Count;
        var output = new ArrayBufferWriter<byte>(64 * 1024);
        var next = rest > 0 ? Token(revision, page[^1].Key) : "";
        format.WriteList(output, page, revision, next, selection.IsEverything ? rest : 0);
        await Answers.WriteAsync(request.Context, output.WrittenMemory);
    }

    private static string Token(long revision, string last) => Convert.ToBase64String(
        Encoding.UTF8.GetBytes(new JsonObject { ["v"] = "meta.k8s.io/v1", ["rv"] = revision, ["start"] = last }.ToJsonString()));

    private static (long Revision, string After) ReadToken(string token)
    {
        try
        {
            var node = JsonNode.Parse(Convert.FromBase64String(token));
            return (Json.Number(node, "rv") ?? 0, Json.Text(node, "start") ?? "");
        }
        catch (Exception error) when (error is FormatException or JsonException)
        {
            throw StatusException.BadRequest("continue key is not valid: illegal base64 or JSON");
        }
    }

    /// <summary>The objects to choose from, the revision they are of, and the key to begin after.</summary>
    private async Task<(IReadOnlyList<StoredObject> Values, long Revision, string After)> StateAsync(ApiRequest request, int limit)
    {
        var id = request.Type.Id;
        var match = request.Query("resourceVersionMatch");
        var asked = request.Query("resourceVersion");
        if (request.Query("continue") is { Length: > 0 } token)
        {
            if (match.Length > 0) throw Forbidden("resourceVersionMatch is forbidden when continue is provided");
            if (asked is not ("" or "0")) throw StatusException.BadRequest("specifying resource version is not allowed when using continue");
            var (revision, after) = ReadToken(token);
            if (revision > 0 && store.AllAt(id, revision) is { } then) return (then, revision, after);
            if (revision > 0)
            {
                throw new StatusException(
                    410,
                    "Expired",
                    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.")
                {
                    Continue = Token(-1, after),
                };
            }

            return (store.All(id), store.Revision, after);
        }

        if (match is not ("" or "Exact" or "NotOlderThan"))
            throw Forbidden($"resourceVersionMatch: Unsupported value: \"{match}\": supported values: \"Exact\", \"NotOlderThan\", \"\"");
        if (match.Length > 0 && asked.Length == 0) throw Forbidden("resourceVersionMatch is forbidden unless resourceVersion is provided");
        if (match == "Exact" && asked == "0") throw Forbidden("resourceVersionMatch: Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
        var wanted = request.Number("resourceVersion") ?? 0;
        var exact = match == "Exact" || (match.Length == 0 && limit > 0) ? wanted : 0;
        if (exact > 0)
        {
            if (exact > store.Revision) throw StatusException.TooLarge(exact, store.Revision);
            var then = store.AllAt(id, exact) ?? throw StatusException.Expired("The resourceVersion for the provided list is too old.");
            return (then, exact, "");
        }

        lock (store.Gate)
        {
            if (asked.Length == 0) return (store.All(id), store.Revision, "");
        }

        await CachedRevisionAsync(request);
        lock (store.Gate) return (store.AllAt(id, store.Visible) ?? store.All(id), store.Visible, "");
    }

    private static StatusException Forbidden(string why) =>
        new(422, "Invalid", $"ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: {why}");

    /// <summary>Null when the newest state is asked for.</summary>
    private async Task<long?> CachedRevisionAsync(ApiRequest request)
    {
        if (request.Number("resourceVersion") is not { } wanted) return null;
        var until = cluster.Time.GetTimestamp();
        while (store.Visible < wanted)
        {
            var left = FreshnessWait - cluster.Time.GetElapsedTime(until);
            if (left <= TimeSpan.Zero) throw StatusException.TooLarge(wanted, store.Visible);
            var (_, _, changed) = store.Read(store.Revision);
            await Task.WhenAny(changed, Task.Delay(left, cluster.Time, request.Context.RequestAborted));
            request.Context.RequestAborted.ThrowIfCancellationRequested();
        }

        return store.Visible;
    }
}
