using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Mesh.Hosting.Admin;

/// <summary>
/// The pages of a process's admin listener. It is for people and programs on the machine itself: a request that a web page made a browser send
/// is refused, by the name it asks for and by its origin.
/// </summary>
public sealed class AdminSite
{
    private readonly SortedDictionary<string, AdminPage> pages = new(StringComparer.Ordinal);

    /// <summary>Adds a page.</summary>
    /// <param name="about">For the list at <c>/</c>.</param>
    /// <param name="post">Null: the page changes nothing.</param>
    public AdminSite Add(string path, string about, RequestDelegate get, RequestDelegate? post = null)
    {
        pages[path] = new AdminPage(about, get, post);
        return this;
    }

    public Task HandleAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!IsLocal(context.Request)) return TextAsync(context, StatusCodes.Status403Forbidden, "ask for the admin listener by its address\n");
        var path = context.Request.Path.Value ?? "/";
        if (path is "/" or "/help") return TextAsync(context, StatusCodes.Status200OK, Help());
        if (!pages.TryGetValue(path, out var page)) return TextAsync(context, StatusCodes.Status404NotFound, "no such page; / lists them\n");
        var method = context.Request.Method;
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method)) return page.Get(context);
        if (HttpMethods.IsPost(method) && page.Post is { } post) return post(context);
        context.Response.Headers.Allow = page.Post is null ? "GET, HEAD" : "GET, HEAD, POST";
        return TextAsync(context, StatusCodes.Status405MethodNotAllowed, $"{path} does not take {method}\n");
    }

    /// <summary>Null when an admin listener may stand there, else why not.</summary>
    public static string? Refusal(IPEndPoint? endPoint) => endPoint is null || IPAddress.IsLoopback(endPoint.Address)
        ? null
        : $"--admin {endPoint}: the admin listener shows and changes what nobody outside this machine may; give it a loopback address, such as 127.0.0.1:15000";

    public static Task TextAsync(HttpContext context, int status, string text)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(text, context.RequestAborted);
    }

    /// <summary>A page on the internet can make a browser call a name that leads here, or post here, but then its own name shows.</summary>
    private static bool IsLocal(HttpRequest request)
    {
        var host = request.Host.Host;
        if (host.Length > 0 && !IPAddress.TryParse(host, out _) && !host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return false;
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0 || origin.EndsWith("://" + request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }

    private string Help()
    {
        var text = new StringBuilder();
        foreach (var (path, page) in pages) text.Append(path.PadRight(20)).Append(page.About).Append('\n');
        return text.ToString();
    }

    private sealed record AdminPage(string About, RequestDelegate Get, RequestDelegate? Post);
}
