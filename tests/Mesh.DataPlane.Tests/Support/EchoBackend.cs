using System.Collections.Concurrent;
using System.Net;
using Grpc.Core;
using Mesh.Hosting.Networking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.DataPlane.Tests.Support;

/// <summary>An application as it stands behind a sidecar: gRPC and HTTP/1.1 on one plain port.</summary>
public sealed class EchoBackend : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<Dictionary<string, string>> requests = new();
    private long sent;

    private EchoBackend(string name)
    {
        Name = name;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(this);
        builder.Services.AddGrpc(options => options.MaxReceiveMessageSize = null);
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Limits.MaxRequestBodySize = null;
            options.Listen(IPAddress.Loopback, 0, listen => listen.UseHttp1OrHttp2Cleartext());
        });
        app = builder.Build();
        app.MapGrpcService<EchoService>();
        app.MapFallback(HandleAsync);
    }

    public string Name { get; }

    public int Port { get; private set; }

    public SemaphoreSlim Hanging { get; } = new(0);

    public SemaphoreSlim Cancelled { get; } = new(0);

    /// <summary>Lets an Upload go on that was asked to hang.</summary>
    public SemaphoreSlim GoOn { get; } = new(0);

    /// <summary>Replies of Download that the server took for sending.</summary>
    public long Sent => Interlocked.Read(ref sent);

    /// <summary>Headers of the requests so far.</summary>
    public IReadOnlyList<Dictionary<string, string>> Requests => [.. requests];

    /// <summary>Status that plain HTTP requests are answered with; taken per request.</summary>
    public Func<int> Status { get; set; } = () => 200;

    /// <summary>Asked first about each plain HTTP request; what it returns true for, it has answered.</summary>
    public Func<HttpContext, Task<bool>> Answers { get; set; } = _ => Task.FromResult(false);

    public static async Task<EchoBackend> StartAsync(string name = "echo")
    {
        var backend = new EchoBackend(name);
        await backend.app.StartAsync(TestContext.Current.CancellationToken);
        backend.Port = new Uri(backend.app.Urls.First()).Port;
        return backend;
    }

    public void Saw(ServerCallContext context)
    {
        var headers = context.RequestHeaders.Where(header => !header.IsBinary)
            .GroupBy(header => header.Key)
            .ToDictionary(group => group.Key, group => string.Join(",", group.Select(header => header.Value)));
        // The server takes the header away and shows it as a deadline.
        if (context.Deadline < DateTime.MaxValue) headers["grpc-timeout"] = $"{context.Deadline - DateTime.UtcNow}";
        requests.Enqueue(headers);
    }

    /// <summary>Answers in this way as long as <paramref name="action"/> runs.</summary>
    public async Task WithAnswersAsync(Func<HttpContext, Task<bool>> answers, Func<Task> action)
    {
        var before = Answers;
        Answers = answers;
        try
        {
            await action();
        }
        finally
        {
            Answers = before;
        }
    }

    public void CountSent() => Interlocked.Increment(ref sent);

    public async Task StopAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await app.StopAsync(now.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await app.DisposeAsync();
        Hanging.Dispose();
        Cancelled.Dispose();
        GoOn.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        requests.Enqueue(request.Headers.ToDictionary(
            header => header.Key.ToLowerInvariant(), header => header.Value.ToString(), StringComparer.Ordinal));
        if (await Answers(context)) return;
        context.Response.StatusCode = Status();
        context.Response.Headers["x-server"] = Name;
        context.Response.Headers["x-remove-me"] = "yes";
        await context.Response.WriteAsync(
            $"{request.Method} {request.Scheme} {request.Host} {request.Path}{request.QueryString} {request.Protocol} {body}", context.RequestAborted);
    }
}
