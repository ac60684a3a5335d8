using System.Buffers;
using System.Text.Json;
using Mesh.Hosting;
using Mesh.Hosting.Health;
using Mesh.Hosting.Logging;
using Mesh.Hosting.Networking;
using Mesh.Hosting.Shutdown;

namespace SandboxAcquirer;

/// <summary>The process: the book of operations from its log, acquirer.v1, and what tests read.</summary>
internal static class AcquirerServer
{
    private const int RequestLimit = 64 * 1024;
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Until SIGTERM or SIGINT, or until the log cannot be written.</summary>
    /// <exception cref="StartupException">The log or the port cannot be used.</exception>
    public static async Task<int> RunAsync(AcquirerOptions options, TimeProvider time)
    {
        ListenErrors.EnsureFree(options.Listen, "listen");
        var log = OperationLog.Open(options.Log, out var operations);
        await using (log.ConfigureAwait(false))
        {
            var book = new OperationBook(log, operations, options.LateAfter, time);
            var app = Build(options, book, time);
            await using (app.ConfigureAwait(false))
            {
                log.Broken.UnsafeRegister(lifetime => ((IHostApplicationLifetime)lifetime!).StopApplication(), app.Lifetime);
                await app.StartAsync().ConfigureAwait(false);
                await app.WaitForShutdownAsync().ConfigureAwait(false);
            }

            return log.Broken.IsCancellationRequested ? ExitCodes.Failed : ExitCodes.Ok;
        }
    }

    private static WebApplication Build(AcquirerOptions options, OperationBook book, TimeProvider time)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions());
        builder.Configuration.Sources.Clear();
        builder.Logging.AddMeshConsole(options.LogLevel);
        // Kestrel warns that a plain port cannot have both protocols; ours can.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RequestLimit;
            kestrel.Listen(options.Listen, listen => listen.UseHttp1OrHttp2Cleartext());
        });
        var readiness = new Readiness();
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton(book);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<AcquirerService>();
        builder.Services.AddDrain(readiness, DrainTimeout);
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = RequestLimit);

        var app = builder.Build();
        app.UseHealthEndpoint(readiness);
        app.MapGrpcService<AcquirerService>();
        app.MapGet("/operations", (HttpContext context) => WriteOperationsAsync(context, book));
        return app;
    }

    /// <summary>Every operation as it stands, one JSON object a line, in the order in which they came.</summary>
    private static async Task WriteOperationsAsync(HttpContext context, OperationBook book)
    {
        context.Response.ContentType = "application/x-ndjson";
        foreach (var operation in book.All())
        {
            context.Response.BodyWriter.Write(JsonSerializer.SerializeToUtf8Bytes(operation, OperationJson.Default.Operation));
            context.Response.BodyWriter.Write("\n"u8);
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        }
    }
}
