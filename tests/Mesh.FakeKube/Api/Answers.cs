using System.Text.Json.Nodes;
using Mesh.FakeKube.Objects;

namespace Mesh.FakeKube.Api;

/// <summary>Writes answers.</summary>
internal static class Answers
{
    public const string JsonType = "application/json";

    public static Task WriteAsync(HttpContext context, JsonNode body, int code = 200, string type = JsonType) =>
        WriteAsync(context, Json.Bytes(body), code, type);

    public static async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> body, int code = 200, string type = JsonType)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>What a real API server says of a path that it does not know, a missing definition's included.</summary>
    public static Task NoSuchPathAsync(HttpContext context) =>
        WriteAsync(context, "404 page not found\n"u8.ToArray(), 404, "text/plain; charset=utf-8");

    public static Task RefuseAsync(HttpContext context, StatusException error) =>
        context.Response.HasStarted ? Task.CompletedTask : WriteAsync(context, error.ToStatus(), error.Code);
}
