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
    /// <param name="admin">Null when there is no admin listener: then there are no such endpoints.</param>
    public static IApplicationBuilder UseOperationEndpoints(this IApplicationBuilder app, OperationStore operations, IPEndPoint? admin) => new AdminCollection<StoredOperation>
    {
        Path = "/operations",
        Verb = "retry",
        Name = "parked operation",
        List = operations.ListUnsettledAsync,
        Write = Write,
        Act = operations.RetryAsync,
    }.Use(app, admin);

    private static void Write(Utf8JsonWriter json, StoredOperation one)
    {
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
    }
}
