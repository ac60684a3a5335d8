using Microsoft.AspNetCore.Http;

namespace Mesh.Hosting.Metrics;

/// <summary>Answers scrapes.</summary>
public static class MetricsEndpoint
{
    /// <summary>Istio's and Envoy's own path.</summary>
    public const string Path = "/stats/prometheus";

    public static Task AnswerAsync(HttpContext context, IEnumerable<IMetricSource> sources)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(sources);
        var text = new MetricsText();
        foreach (var source in sources) source.Write(text);
        context.Response.ContentType = MetricsText.ContentType;
        context.Response.Headers.CacheControl = "no-store";
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.WriteAsync(text.ToString(), context.RequestAborted);
    }
}
