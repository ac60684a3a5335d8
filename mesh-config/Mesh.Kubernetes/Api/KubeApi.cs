using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Mesh.Config.Resources;
using Mesh.Config.Yaml;
using Mesh.Kubernetes.Watching;

namespace Mesh.Kubernetes.Api;

/// <summary>Lists and watches objects of one API server.</summary>
/// <param name="cluster">Cluster id, for the places of objects.</param>
/// <param name="silence">A watch that says nothing for this long, not even a bookmark, counts as broken: its connection may be half open.</param>
internal sealed class KubeApi(ApiClient client, string cluster, int pageSize, TimeSpan silence, TimeProvider time) : IKubeApi
{
    /// <summary>A larger event is refused: no object comes near it (etcd takes 1.5 MB).</summary>
    private const int MaxEventBytes = 16 * 1024 * 1024;

    private static readonly TimeSpan GroupsHold = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (TimeSpan At, Task<YamlValue?> Answer)> _discovered = new(StringComparer.Ordinal);

    public async Task<string?> FindVersionAsync(ApiResource resource, CancellationToken cancellationToken)
    {
        // What Kubernetes itself has is there in the first version; asking costs start-up time.
        if (!resource.IsCustom) return resource.Versions[0];
        foreach (var version in resource.Versions)
        {
            var served = await DiscoverAsync($"apis/{resource.Group}/{version}").WaitAsync(cancellationToken).ConfigureAwait(false);
            if (served?.Find("resources")?.Items.Any(item => item.Find("name")?.Text == resource.Plural) == true) return version;
        }

        return null;
    }

    public async Task<ApiPage> ListAsync(ApiSelection selection, string version, string continueFrom, CancellationToken cancellationToken)
    {
        var query = Query(selection, ("limit", pageSize.ToString(CultureInfo.InvariantCulture)), ("continue", continueFrom));
        var body = await client.SendAsync(
            ApiVerb.List, selection.Resource, version, selection.Space, "", "", query, null, cancellationToken).ConfigureAwait(false);
        return ReadPage(body, selection, version);
    }

    public async IAsyncEnumerable<ApiEvent> WatchAsync(
        ApiSelection selection, string version, string? resourceVersion, TimeSpan timeout, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = Query(
            selection, ("watch", "true"), ("allowWatchBookmarks", "true"), ("resourceVersion", resourceVersion ?? ""),
            ("sendInitialEvents", resourceVersion is null ? "true" : ""),
            ("resourceVersionMatch", resourceVersion is null ? "NotOlderThan" : ""),
            ("timeoutSeconds", ((long)timeout.TotalSeconds).ToString(CultureInfo.InvariantCulture)));
        using var response = await client.OpenWatchAsync(selection.Resource, version, selection.Space, query, cancellationToken).ConfigureAwait(false);
        // That the server let us in is news by itself, in a cluster where nothing happens.
        yield return new ApiEvent(ApiEventType.Bookmark, null, resourceVersion ?? "");
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var reader = PipeReader.Create(stream);
        using var quiet = new CancellationTokenSource(silence, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, quiet.Token);
        try
        {
            while (true)
            {
                quiet.CancelAfter(silence);
                ReadResult read;
                try
                {
                    read = await reader.ReadAsync(linked.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
                {
                    throw new TimeoutException($"the watch of {selection} said nothing for {silence.TotalSeconds} s", e);
                }

                var buffer = read.Buffer;
                while (buffer.PositionOf((byte)'\n') is { } end)
                {
                    var line = buffer.Slice(0, end);
                    if (line.Length > 1) yield return ReadEvent(line, selection, version);
                    buffer = buffer.Slice(buffer.GetPosition(1, end));
                }

                if (buffer.Length > MaxEventBytes) throw new IOException($"an event of {selection} is larger than {MaxEventBytes} bytes");
                reader.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted) yield break;
            }
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    public void Dispose() => client.Dispose();

    /// <summary>Answers are shared for a moment: all kinds of a group ask at the same time.</summary>
    private Task<YamlValue?> DiscoverAsync(string path)
    {
        lock (_lock)
        {
            var now = time.Elapsed();
            if (_discovered.TryGetValue(path, out var known) && now - known.At < GroupsHold && !known.Answer.IsFaulted) return known.Answer;
            var answer = AskAsync(path);
            _discovered[path] = (now, answer);
            return answer;
        }
    }

    private async Task<YamlValue?> AskAsync(string path)
    {
        try
        {
            return ApiClient.ReadValue(await client.DiscoverAsync(path, CancellationToken.None).ConfigureAwait(false));
        }
        catch (ApiException e) when (e.Code == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private static string Query(ApiSelection selection, params ReadOnlySpan<(string Name, string Value)> parameters)
    {
        var query = new System.Text.StringBuilder();
        void Add(string name, string value)
        {
            if (value.Length > 0) query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        Add("labelSelector", selection.LabelSelector);
        Add("fieldSelector", selection.FieldSelector);
        foreach (var (name, value) in parameters) Add(name, value);
        return query.ToString();
    }

    private ApiPage ReadPage(byte[] body, ApiSelection selection, string version)
    {
        var items = ImmutableArray.CreateBuilder<ApiItem>();
        var (resourceVersion, next) = ("", "");
        var reader = new Utf8JsonReader(body);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException($"the list of {selection} is not an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isItems, isMetadata) = (reader.ValueTextEquals("items"u8), reader.ValueTextEquals("metadata"u8));
            reader.Read();
            if (isMetadata)
            {
                var metadata = JsonValues.Read(ref reader);
                (resourceVersion, next) = (metadata.Find("resourceVersion")?.Text ?? "", metadata.Find("continue")?.Text ?? "");
            }
            else if (isItems && reader.TokenType == JsonTokenType.StartArray)
            {
                // One tree at a time: a page of Pods is large.
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    items.Add(ReadItem(JsonValues.ReadObject(ref reader, selection.Resource.Schema), selection, version));
            }
            else
            {
                reader.Skip();
            }
        }

        return new ApiPage(items.DrainToImmutable(), resourceVersion, next);
    }

    private ApiEvent ReadEvent(ReadOnlySequence<byte> line, ApiSelection selection, string version)
    {
        var reader = new Utf8JsonReader(line);
        reader.Read();
        var value = JsonValues.ReadEvent(ref reader, selection.Resource.Schema);
        var body = value.Find("object") ?? throw new JsonException($"an event of {selection} has no object");
        var type = value.Find("type")?.Text switch
        {
            "ADDED" => ApiEventType.Added,
            "MODIFIED" => ApiEventType.Modified,
            "DELETED" => ApiEventType.Deleted,
            "BOOKMARK" => ApiEventType.Bookmark,
            "ERROR" => throw Error(body),
            var other => throw new JsonException($"the watch of {selection} sent an event of unknown type {other}"),
        };
        var metadata = body.Find("metadata");
        var resourceVersion = metadata?.Find("resourceVersion")?.Text ?? "";
        if (type != ApiEventType.Bookmark) return new ApiEvent(type, ReadItem(body, selection, version), resourceVersion);
        var ends = metadata?.Find("annotations")?.Find("k8s.io/initial-events-end")?.Text == "true";
        return new ApiEvent(type, null, resourceVersion, ends);
    }

    private static ApiException Error(YamlValue status)
    {
        var code = int.TryParse(status.Find("code")?.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 500;
        return new ApiException((HttpStatusCode)code, status.Find("reason")?.Text ?? "", status.Find("message")?.Text ?? "the watch failed");
    }

    private ApiItem ReadItem(YamlValue node, ApiSelection selection, string version)
    {
        var resource = selection.Resource;
        var metadata = node.Find("metadata");
        var (space, name) = (metadata?.Find("namespace")?.Text ?? "", metadata?.Find("name")?.Text ?? "");
        var origin = $"kube://{cluster}/{resource.Kind}/{(space.Length > 0 ? space + "/" : "")}{name}";
        var (value, findings) = ResourceJson.Read(node, resource.ApiVersion(version), resource.Kind, origin);
        return new ApiItem(
            new ObjectKey(resource.Group, resource.Kind, space, name), metadata?.Find("resourceVersion")?.Text ?? "", value, findings);
    }
}
