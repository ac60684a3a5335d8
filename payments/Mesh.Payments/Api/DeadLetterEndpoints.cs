using System.Globalization;
using System.Net;
using System.Text.Json;
using Mesh.Hosting.Redaction;
using Mesh.Payments.Messaging;

namespace Mesh.Payments.Api;

/// <summary>
/// For operators, on the admin listener only: <c>GET /dead-letters?limit=N</c> lists messages that were given up,
/// <c>POST /dead-letters/{id}:replay</c> puts one back into its queue.
/// </summary>
internal static class DeadLetterEndpoints
{
    private const string Path = "/dead-letters";
    private const string Replay = ":replay";
    private const int DefaultLimit = 100;
    private const int LargestLimit = 1000;

    /// <param name="admin">Null when there is no admin listener: then there are no such endpoints.</param>
    public static IApplicationBuilder UseDeadLetterEndpoints(this IApplicationBuilder app, IDeadLetters deadLetters, IPEndPoint? admin) =>
        admin is null ? app : app.Use(next => context => AdminRequests.IsFor(context, Path, admin) ? AnswerAsync(context, deadLetters) : next(context));

    private static Task AnswerAsync(HttpContext context, IDeadLetters deadLetters)
    {
        var rest = context.Request.Path.Value![Path.Length..];
        if (HttpMethods.IsGet(context.Request.Method) && rest.Length == 0) return ListAsync(context, deadLetters);
        if (HttpMethods.IsPost(context.Request.Method) && rest.Length > Replay.Length + 1 && rest.EndsWith(Replay, StringComparison.Ordinal))
            return ReplayAsync(context, deadLetters, rest[1..^Replay.Length]);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static async Task ListAsync(HttpContext context, IDeadLetters deadLetters)
    {
        var limit = int.TryParse(context.Request.Query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? asked : DefaultLimit;
        var found = await deadLetters.ListAsync(Math.Clamp(limit, 1, LargestLimit), context.RequestAborted).ConfigureAwait(false);
        context.Response.ContentType = "application/json";
        var json = new Utf8JsonWriter(context.Response.BodyWriter, new JsonWriterOptions { Indented = true });
        await using (json.ConfigureAwait(false))
        {
            json.WriteStartArray();
            foreach (var one in found) Write(json, one);
            json.WriteEndArray();
        }
    }

    private static void Write(Utf8JsonWriter json, DeadLetter one)
    {
        json.WriteStartObject();
        json.WriteString("id", one.Message.Id);
        json.WriteString("type", one.Message.Type);
        json.WriteString("reason", CardNumbers.Redact(one.Reason));
        json.WriteNumber("attempts", one.Attempts);
        json.WriteString("sent", one.Message.CreateTime);
        json.WriteString("given_up", one.Time);
        // What somebody else sent may hold anything.
        json.WriteString("body", CardNumbers.Redact(one.Message.Body));
        json.WriteEndObject();
    }

    private static async Task ReplayAsync(HttpContext context, IDeadLetters deadLetters, string id)
    {
        var isReplayed = await deadLetters.ReplayAsync(id, context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = isReplayed ? StatusCodes.Status204NoContent : StatusCodes.Status404NotFound;
        if (!isReplayed) await context.Response.WriteAsync($"no dead letter has the id {id}\n", context.RequestAborted).ConfigureAwait(false);
    }
}
