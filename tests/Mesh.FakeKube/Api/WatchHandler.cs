using System.Globalization;
using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json.Nodes;
using Mesh.FakeKube.Faults;
using Mesh.FakeKube.Objects;
using Mesh.FakeKube.Storage;

namespace Mesh.FakeKube.Api;

/// <summary>watch: events as lines of JSON, bookmarks, streamed lists, an ERROR event when the start has been compacted.</summary>
internal sealed class WatchHandler(ClusterState cluster)
{
    private const int FlushEvery = 500;

    private readonly ObjectStore store = cluster.Store;

    public async Task WatchAsync(ApiRequest request)
    {
        var selection = request.Selection();
        var format = AnswerFormat.Of(request, cluster.Time);
        var streamsList = request.Flag("sendInitialEvents");
        CheckOptions(request, streamsList);
        var start = request.Number("resourceVersion") ?? 0;
        var (initial, position) = streamsList || start == 0 ? Initial(request) : ([], start);
        var life = request.Number("timeoutSeconds") is > 0 and long seconds ? TimeSpan.FromSeconds(seconds) : cluster.Options.WatchTimeout;

        using var watch = cluster.Faults.Watches.Begin(request.Type, request.Context);
        var output = request.Context.Response.BodyWriter;
        request.Context.Response.ContentType = Answers.JsonType;
        await request.Context.Response.StartAsync(watch.Ended);
        await request.Context.Response.Body.FlushAsync(watch.Ended);
        var unflushed = 0;
        foreach (var value in initial.Where(selection.Matches))
        {
            format.WriteEvent(output, "ADDED", value);
            if (++unflushed % FlushEvery == 0) await watch.FlushAsync(output);
        }

        if (streamsList) format.WriteBookmark(output, position, endsInitialEvents: true);
        await watch.FlushAsync(output);
        await FollowAsync(request, new Stream(format, selection, watch, output), position, life);
    }

    private sealed record Stream(AnswerFormat Format, Selection Selection, WatchHandle Watch, PipeWriter Output);

    private static (string Kind, StoredObject Value)? Seen(Selection selection, StoreEvent change)
    {
        var before = change.Before is not null && selection.Matches(change.Before);
        var after = change.After is not null && selection.Matches(change.After);
        return (before, after) switch
        {
            (false, true) => ("ADDED", change.After!),
            (true, true) => ("MODIFIED", change.After!),
            // An object that is selected no more is a deletion, with its old content at the new revision.
            (true, false) => ("DELETED", change.After is null ? change.Last : change.Before!.At(change.Revision)),
            _ => null,
        };
    }

    private void CheckOptions(ApiRequest request, bool streamsList)
    {
        var match = request.Query("resourceVersionMatch");
        if (!streamsList && match.Length > 0)
            throw Invalid("resourceVersionMatch", "Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
        if (!streamsList) return;
        if (!cluster.Options.StreamingLists)
            throw Invalid("sendInitialEvents", "Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled");
        if (match != "NotOlderThan")
            throw Invalid("resourceVersionMatch", "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
        if (!request.Flag("allowWatchBookmarks"))
            throw Invalid("allowWatchBookmarks", "Forbidden: sendInitialEvents requires allowWatchBookmarks");

        static StatusException Invalid(string field, string why) =>
            new(422, "Invalid", $"ListOptions.meta.k8s.io \"\" is invalid: {field}: {why}");
    }

    private (IReadOnlyList<StoredObject> Values, long Revision) Initial(ApiRequest request)
    {
        lock (store.Gate) return (store.AllAt(request.Type.Id, store.Visible) ?? store.All(request.Type.Id), store.Visible);
    }

    private async Task FollowAsync(ApiRequest request, Stream stream, long position, TimeSpan life)
    {
        var bookmarks = request.Flag("allowWatchBookmarks");
        var began = cluster.Time.GetTimestamp();
        var marked = began;
        while (true)
        {
            var (events, seen, changed) = store.Read(position);
            await stream.Watch.PassAsync();
            if (events is null)
            {
                WriteExpired(stream.Output, position);
                await stream.Watch.FlushAsync(stream.Output);
                return;
            }

            await cluster.Faults.DelayEventsAsync(events.Count > 0, stream.Watch.Ended);
            var written = false;
            foreach (var change in events)
            {
                if (change.TypeId != request.Type.Id || Seen(stream.Selection, change) is not { } shown) continue;
                stream.Format.WriteEvent(stream.Output, shown.Kind, shown.Value);
                written = true;
            }

            position = seen;
            var served = cluster.Kinds.Find(request.Type.Group, request.Path.Version, request.Type.Plural) is not null;
            if (bookmarks && cluster.Time.GetElapsedTime(marked) >= cluster.Options.BookmarkInterval)
            {
                stream.Format.WriteBookmark(stream.Output, position, endsInitialEvents: false);
                marked = cluster.Time.GetTimestamp();
                written = true;
            }

            if (written) await stream.Watch.FlushAsync(stream.Output);
            var left = life - cluster.Time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero || !served) return;
            if (changed.IsCompleted) continue;
            var untilMark = bookmarks ? cluster.Options.BookmarkInterval - cluster.Time.GetElapsedTime(marked) : left;
            await WaitAsync(changed, left < untilMark ? left : untilMark, stream.Watch.Ended);
        }
    }

    private async Task WaitAsync(Task changed, TimeSpan most, CancellationToken ended)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ended);
        var timer = Task.Delay(most > TimeSpan.Zero ? most : TimeSpan.Zero, cluster.Time, stop.Token);
        await Task.WhenAny(changed, timer);
        await stop.CancelAsync();
        ended.ThrowIfCancellationRequested();
    }

    private void WriteExpired(PipeWriter output, long position)
    {
        var status = StatusException.Expired(
            string.Create(CultureInfo.InvariantCulture, $"too old resource version: {position} ({store.Compacted})")).ToStatus();
        var line = Json.Bytes(new JsonObject { ["type"] = "ERROR", ["object"] = status });
        output.Write(line);
        output.Write("\n"u8);
    }
}
