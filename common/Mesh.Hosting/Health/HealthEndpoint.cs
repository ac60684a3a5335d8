using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Mesh.Hosting.Health;

/// <summary>Answers <c>/healthz/ready</c>: 200 <c>ready</c>, or 503 with one line for each thing that is missing.</summary>
public static class HealthEndpoint
{
    /// <summary>The path Kubernetes, load balancers and other proxies probe; Istio's own.</summary>
    public const string Path = "/healthz/ready";

    /// <summary>Answers GET and HEAD of <see cref="Path"/> on every listener of <paramref name="app"/>, before anything later.</summary>
    public static IApplicationBuilder UseHealthEndpoint(this IApplicationBuilder app, IReadiness readiness)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(readiness);
        return app.Use(next => context => IsProbe(context.Request) ? AnswerAsync(context, readiness) : next(context));
    }

    /// <summary>Answers one probe; for servers that dispatch paths by themselves.</summary>
    public static Task AnswerAsync(HttpContext context, IReadiness readiness)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(readiness);
        var missing = readiness.Missing;
        context.Response.StatusCode = missing.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(context.Request.Method)) return Task.CompletedTask;
        var text = missing.Count == 0 ? "ready\n" : string.Concat(missing.Select(line => line + "\n"));
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    private static bool IsProbe(HttpRequest request) =>
        request.Path.Equals(Path, StringComparison.Ordinal)
        && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method));
}
