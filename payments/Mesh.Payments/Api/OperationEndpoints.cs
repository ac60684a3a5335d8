using System.Globalization;
using System.Net;
using System.Text.Json;
using Mesh.Hosting.Redaction;
using Mesh.Payments.Domain;
using Mesh.Payments.Storage;

namespace Mesh.Payments.Api;

/// <summary>
/// For operators, on the admin listener only: <c>GET /operations?limit=N</c> lists operations of the acquirer whose outcome is
/// not known, the oldest first and with those that are parked, <c>POST /operations/{id}:retry</c> lets a parked one be tried again.
/// </summary>
internal static class OperationEndpoints
{
    private const string Path = "/operations";
    private const string Retry = ":retry";
    private const int DefaultLimit = 100;
    private const int LargestLimit = 1000;

    /// <param name="admin">Null when there is no admin listener: then there are no such endpoints.</param>
    public static IApplicationBuilder UseOperationEndpoints(this IApplicationBuilder app, OperationStore operations, IPEndPoint? admin) =>
        admin is null ? app : app.Use(next => context => AdminRequests.IsFor(context, Path, admin) ? AnswerAsync(context, operations) : next(context));

    private static Task AnswerAsync(HttpContext context, OperationStore operations)
    {
        var rest = context.Request.Path.Value![Path.Length..];
        if (HttpMethods.IsGet(context.Request.Method) && rest.Length == 0) return ListAsync(context, operations);
        if (HttpMethods.IsPost(context.Request.Method) && rest.Length > Retry.Length + 1 && rest.EndsWith(Retry, StringComparison.Ordinal))
            return RetryAsync(context, operations, rest[1..^Retry.Length]);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static async Task ListAsync(HttpContext context, OperationStore operations)
    {
        var limit = int.TryParse(context.Request.Query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? asked : DefaultLimit;
        var found = await operations.ListUnsettledAsync(Math.Clamp(limit, 1, LargestLimit), context.RequestAborted).ConfigureAwait(false);
        context.Response.ContentType = "application/json";
        var json = new Utf8JsonWriter(context.Response.BodyWriter, new JsonWriterOptions { Indented = true });
        await using (json.ConfigureAwait(false))
        {
            json.WriteStartArray();
            foreach (var one in found) Write(json, one);
            json.WriteEndArray();
        }
    }

    private static void Write(Utf8JsonWriter json, StoredOperation one)
    {
        json.WriteStartObject();
        json.WriteString("id", one.Id);
        json.WriteString("payment", PaymentIds.NameOf(one.Operation.PaymentId));
        json.WriteString("kind", UpperSnakeCase.Of(one.Operation.Kind.ToString()));
        json.WriteString("status", UpperSnakeCase.Of(one.Status.ToString()));
        json.WriteString("amount", one.Operation.Amount.ToString());
        json.WriteNumber("attempts", one.Attempts);
        json.WriteString("created", one.CreateTime);
        json.WriteString("due", one.DueTime);
        json.WriteString("lease_owner", one.LeaseOwner);
        json.WriteString("last_error", CardNumbers.Redact(one.LastError));
        json.WriteString("trace_id", one.TraceId);
        json.WriteEndObject();
    }

    private static async Task RetryAsync(HttpContext context, OperationStore operations, string id)
    {
        var isRetried = await operations.RetryAsync(id, context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = isRetried ? StatusCodes.Status204NoContent : StatusCodes.Status404NotFound;
        if (!isRetried) await context.Response.WriteAsync($"no parked operation has the id {id}\n", context.RequestAborted).ConfigureAwait(false);
    }
}
