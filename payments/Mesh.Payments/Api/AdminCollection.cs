using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Mesh.Payments.Api;

/// <summary>
/// Something that operators look after, on the admin listener only: <c>GET /PATH?limit=N</c> lists it as JSON,
/// <c>POST /PATH/{id}:VERB</c> does something with one of it.
/// </summary>
internal sealed class AdminCollection<T>
{
    private const int DefaultLimit = 100;
    private const int LargestLimit = 1000;

    /// <summary>Begins with a slash.</summary>
    public required string Path { get; init; }

    public required string Verb { get; init; }

    /// <summary>For messages: what one of it is called.</summary>
    public required string Name { get; init; }

    /// <summary>At most so many.</summary>
    public required Func<int, CancellationToken, Task<IReadOnlyList<T>>> List { get; init; }

    /// <summary>Writes the members of one of it.</summary>
    public required Action<Utf8JsonWriter, T> Write { get; init; }

    /// <summary>False when there is none with that id.</summary>
    public required Func<string, CancellationToken, Task<bool>> Act { get; init; }

    /// <param name="admin">Null when there is no admin listener: then there is no such endpoint.</param>
    public IApplicationBuilder Use(IApplicationBuilder app, IPEndPoint? admin) =>
        admin is null ? app : app.Use(next => context => AdminRequests.IsFor(context, Path, admin) ? AnswerAsync(context) : next(context));

    private Task AnswerAsync(HttpContext context)
    {
        var rest = context.Request.Path.Value![Path.Length..];
        var suffix = $":{Verb}";
        if (HttpMethods.IsGet(context.Request.Method) && rest.Length == 0) return ListAsync(context);
        if (HttpMethods.IsPost(context.Request.Method) && rest.Length > suffix.Length + 1 && rest.EndsWith(suffix, StringComparison.Ordinal))
            return ActAsync(context, rest[1..^suffix.Length]);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private async Task ListAsync(HttpContext context)
    {
        var limit = int.TryParse(context.Request.Query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? asked : DefaultLimit;
        var found = await List(Math.Clamp(limit, 1, LargestLimit), context.RequestAborted).ConfigureAwait(false);
        context.Response.ContentType = "application/json";
        var json = new Utf8JsonWriter(context.Response.BodyWriter, new JsonWriterOptions { Indented = true });
        await using (json.ConfigureAwait(false))
        {
            json.WriteStartArray();
            foreach (var one in found)
            {
                json.WriteStartObject();
                Write(json, one);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }
    }

    private async Task ActAsync(HttpContext context, string id)
    {
        var isDone = await Act(id, context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = isDone ? StatusCodes.Status204NoContent : StatusCodes.Status404NotFound;
        if (!isDone) await context.Response.WriteAsync($"no {Name} has the id {id}\n", context.RequestAborted).ConfigureAwait(false);
    }
}
