using System.Buffers;
using System.Text.Json.Nodes;
using Mesh.FakeKube.Objects;
using Mesh.FakeKube.Storage;

namespace Mesh.FakeKube.Api;

/// <summary>create, update, patch, delete and deletecollection.</summary>
internal sealed class WriteHandler(ClusterState cluster)
{
    private readonly PatchHandler patches = new(cluster);

    public async Task CreateAsync(ApiRequest request)
    {
        if (request.Type.Namespaced && request.Namespace.Length == 0) throw StatusException.MethodNotAllowed();
        var format = AnswerFormat.Of(request, cluster.Time);
        var value = await request.ObjectAsync();
        FieldValidation.Check(request, value);
        var created = cluster.Writer.Create(request.Type, request.Namespace, value, request.WriteOptions());
        await AnswerAsync(request, format, created, 201);
    }

    public async Task UpdateAsync(ApiRequest request)
    {
        var format = AnswerFormat.Of(request, cluster.Time);
        var value = await request.ObjectAsync();
        FieldValidation.Check(request, value);
        var updated = cluster.Writer.Replace(request.Type, request.Namespace, request.Path.Name, value, request.WriteOptions());
        await AnswerAsync(request, format, updated);
    }

    public async Task PatchAsync(ApiRequest request)
    {
        var format = AnswerFormat.Of(request, cluster.Time);
        var (patched, created) = await patches.PatchAsync(request);
        await AnswerAsync(request, format, patched, created ? 201 : 200);
    }

    public async Task DeleteAsync(ApiRequest request)
    {
        var options = await request.BodyAsync() as JsonObject;
        var (value, gone) = cluster.Writer.Delete(request.Type, request.Namespace, request.Path.Name, options, IsDryRun(request, options));
        if (!gone)
        {
            await AnswerAsync(request, AnswerFormat.Of(request, cluster.Time), value);
            return;
        }

        var details = StatusException.Named(request.Type, value.Name);
        details["uid"] = Json.Text(value.Parse(), "metadata", "uid");
        await Answers.WriteAsync(request.Context, new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Success",
            ["details"] = details,
        });
    }

    public async Task DeleteCollectionAsync(ApiRequest request)
    {
        var format = AnswerFormat.Of(request, cluster.Time);
        var options = await request.BodyAsync() as JsonObject;
        var selection = request.Selection();
        var chosen = cluster.Store.All(request.Type.Id).Where(selection.Matches).ToList();
        foreach (var value in chosen)
        {
            try
            {
                cluster.Writer.Delete(request.Type, value.Namespace, value.Name, null, IsDryRun(request, options));
            }
            catch (StatusException error) when (error.Code == 404)
            {
                // Somebody else was faster.
            }
        }

        var output = new ArrayBufferWriter<byte>();
        format.WriteList(output, chosen, cluster.Store.Revision, "", 0);
        await Answers.WriteAsync(request.Context, output.WrittenMemory);
    }

    private static bool IsDryRun(ApiRequest request, JsonObject? options) =>
        request.WriteOptions().DryRun || Json.Texts(options, "dryRun").Any();

    private static Task AnswerAsync(ApiRequest request, AnswerFormat format, StoredObject value, int code = 200)
    {
        var output = new ArrayBufferWriter<byte>();
        format.WriteObject(output, value);
        return Answers.WriteAsync(request.Context, output.WrittenMemory, code);
    }
}
