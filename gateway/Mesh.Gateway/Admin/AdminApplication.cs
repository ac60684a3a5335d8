using System.Text.Json;
using Mesh.Gateway.Hosting;
using Mesh.Hosting.Health;

namespace Mesh.Gateway.Admin;

/// <summary>The admin listener, for loopback only: what the gateway knows and does.</summary>
internal sealed class AdminApplication(GatewayRuntime runtime, Readiness readiness, Func<StatusSnapshot> status)
{
    private const string Help = """
        /healthz/ready  200 when ready, else 503 with what is missing
        /snapshot       destinations, endpoints with their state, listeners and diagnostics as JSON
        /stats          a few numbers as text

        """;

    public Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return Task.CompletedTask;
        }

        return path switch
        {
            HealthEndpoint.Path => HealthEndpoint.AnswerAsync(context, readiness),
            "/snapshot" => SnapshotAsync(context),
            "/stats" => TextAsync(context, Stats()),
            "/" or "/help" => TextAsync(context, Help),
            _ => NotFoundAsync(context),
        };
    }

    private static Task TextAsync(HttpContext context, string text)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    private static Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return TextAsync(context, "no such page; / lists them\n");
    }

    private async Task SnapshotAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(
            context.Response.Body, status(), AdminJson.Default.StatusSnapshot, context.RequestAborted);
    }

    private string Stats()
    {
        var lines = runtime.Roles.SelectMany(role => new[]
        {
            $"{role.Role}.listeners: {role.Listeners.Bound.Length}",
            $"{role.Role}.requests_active: {role.Balancer.States.All.Sum(state => state.Active)}",
            $"{role.Role}.endpoints_ejected: {role.Balancer.States.All.Sum(state => state.Endpoints.Count(endpoint => endpoint.Value.IsEjected))}",
        });
        return string.Concat(lines.Append($"snapshot.version: {runtime.Current?.Version ?? 0}").Select(line => line + "\n"));
    }
}
