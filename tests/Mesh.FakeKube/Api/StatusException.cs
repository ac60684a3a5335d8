using System.Text.Json.Nodes;
using Mesh.FakeKube.Kinds;
using Mesh.FakeKube.Objects;

namespace Mesh.FakeKube.Api;

/// <summary>A refusal, answered with the <c>Status</c> that a real API server gives.</summary>
internal sealed class StatusException(int code, string reason, string message, JsonObject? details = null) : Exception(message)
{
    public int Code { get; } = code;

    public string Reason { get; } = reason;

    public JsonObject? Details { get; } = details;

    /// <summary>Only for lists that can be continued elsewhere.</summary>
    public string? Continue { get; init; }

    public JsonObject ToStatus()
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = Continue is null ? new JsonObject() : new JsonObject { ["continue"] = Continue },
            ["status"] = "Failure",
            ["message"] = Message,
            ["reason"] = Reason,
        };
        if (Details is not null) status["details"] = Json.Copy(Details);
        status["code"] = Code;
        return status;
    }

    public static StatusException BadRequest(string message) => new(400, "BadRequest", message);

    public static StatusException Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    public static StatusException NotFound(ResourceType type, string name) =>
        new(404, "NotFound", $"{type.Id} \"{name}\" not found", Named(type, name));

    public static StatusException MethodNotAllowed() =>
        new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", []);

    public static StatusException NotAcceptable(string types) =>
        new(406, "NotAcceptable", $"only the following media types are accepted: {types}");

    public static StatusException AlreadyExists(ResourceType type, string name) =>
        new(409, "AlreadyExists", $"{type.Id} \"{name}\" already exists", Named(type, name));

    public static StatusException Conflict(ResourceType type, string name, string? why = null) =>
        new(
            409,
            "Conflict",
            $"Operation cannot be fulfilled on {type.Id} \"{name}\": {why ?? "the object has been modified; please apply your changes to the latest version and try again"}",
            Named(type, name));

    /// <summary>410: what was asked for has been compacted.</summary>
    public static StatusException Expired(string message) => new(410, "Expired", message);

    public static StatusException TooLarge(long asked, long current) =>
        new(504, "Timeout", $"Too large resource version: {asked}, current: {current}", new JsonObject
        {
            ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" }),
            ["retryAfterSeconds"] = 1,
        });

    public static StatusException UnsupportedMediaType(string accepted) =>
        new(415, "UnsupportedMediaType", $"the body of the request was in an unknown format - accepted media types include: {accepted}");

    /// <param name="why">One line of Kubernetes' field errors, as <c>metadata.name: Required value: ...</c>.</param>
    public static StatusException Invalid(ResourceType type, string name, string field, string why)
    {
        var details = Named(type, name, type.Kind);
        var reason = why.StartsWith("Required", StringComparison.Ordinal) ? "FieldValueRequired" : "FieldValueInvalid";
        details["causes"] = new JsonArray(new JsonObject { ["reason"] = reason, ["message"] = why, ["field"] = field });
        return new StatusException(422, "Invalid", $"{type.QualifiedKind} \"{name}\" is invalid: {field}: {why}", details);
    }

    public static JsonObject Named(ResourceType type, string name, string? kind = null)
    {
        var details = new JsonObject();
        if (name.Length > 0) details["name"] = name;
        if (type.Group.Length > 0) details["group"] = type.Group;
        details["kind"] = kind ?? type.Plural;
        return details;
    }
}
