using System.Text.Json;
using Mesh.Hosting.Health;

namespace Mesh.VmAgent.Admin;

/// <summary>The admin listener: readiness and status.</summary>
public sealed class AdminPages(IReadiness readiness, Func<AgentStatus> status)
{
    public const string StatusPath = "/status";

    public async Task HandleAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        switch (context.Request.Path.Value)
        {
            case HealthEndpoint.Path:
                await HealthEndpoint.AnswerAsync(context, readiness).ConfigureAwait(false);
                break;
            case StatusPath:
                context.Response.ContentType = "application/json; charset=utf-8";
                await context.Response.WriteAsync(
                    JsonSerializer.Serialize(status(), AdminJson.Default.AgentStatus) + "\n", context.RequestAborted).ConfigureAwait(false);
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                await context.Response.WriteAsync($"there are {HealthEndpoint.Path} and {StatusPath}\n", context.RequestAborted)
                    .ConfigureAwait(false);
                break;
        }
    }
}
