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
    /// <param name="admin">Null when there is no admin listener: then there are no such endpoints.</param>
    public static IApplicationBuilder UseDeadLetterEndpoints(this IApplicationBuilder app, IDeadLetters deadLetters, IPEndPoint? admin) => new AdminCollection<DeadLetter>
    {
        Path = "/dead-letters",
        Verb = "replay",
        Name = "dead letter",
        List = deadLetters.ListAsync,
        Write = Write,
        Act = deadLetters.ReplayAsync,
    }.Use(app, admin);

    private static void Write(Utf8JsonWriter json, DeadLetter one)
    {
        json.WriteString("id", one.Message.Id);
        json.WriteString("type", one.Message.Type);
        json.WriteString("reason", CardNumbers.Redact(one.Reason));
        json.WriteNumber("attempts", one.Attempts);
        json.WriteString("sent", one.Message.CreateTime);
        json.WriteString("given_up", one.Time);
        // What somebody else sent may hold anything.
        json.WriteString("body", CardNumbers.Redact(one.Message.Body));
    }
}
