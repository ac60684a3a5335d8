using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Mesh.Tests.Shared.Telemetry;

/// <summary>Takes traces over OTLP, by protobuf over HTTP and by gRPC, and reads the spans out of them.</summary>
internal sealed class TraceCollector : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<Span> spans = new();
    private readonly ConcurrentQueue<Dictionary<string, string>> metadata = new();

    private TraceCollector(WebApplication app) => this.app = app;

    /// <summary>For protobuf over HTTP.</summary>
    public string Address => app.Urls.First() + "/v1/traces";

    /// <summary>For gRPC, without TLS.</summary>
    public int GrpcPort => new Uri(app.Urls.Last()).Port;

    public static async Task<TraceCollector> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Listen(IPAddress.Loopback, 0);
            options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        var collector = new TraceCollector(builder.Build());
        collector.app.MapPost("/v1/traces", async context =>
        {
            collector.Take(await BodyAsync(context));
            context.Response.ContentType = "application/x-protobuf";
        });
        collector.app.MapPost("/opentelemetry.proto.collector.trace.v1.TraceService/Export", async context =>
        {
            // One message behind one byte that tells whether it is compressed and four of its length.
            var message = (await BodyAsync(context))[5..];
            // Before the spans: who has seen those looks for it.
            collector.metadata.Enqueue(context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString()));
            collector.Take(message);
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted);
            context.Response.AppendTrailer("grpc-status", "0");
        });
        await collector.app.StartAsync(cancellationToken);
        return collector;
    }

    /// <summary>Waits until there are enough spans of a trace.</summary>
    public async Task<Span[]> SpansAsync(string traceId, Func<Span[], bool> isEnough, CancellationToken cancellationToken)
    {
        var limit = TimeSpan.FromSeconds(90);
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var found = spans.Where(span => span.TraceId == traceId).ToArray();
            if (isEnough(found)) return found;
            if (Stopwatch.GetElapsedTime(began) > limit)
                throw new TimeoutException($"only these spans of {traceId}: {string.Join(", ", found.Select(span => $"{span.Service} {span.Name}"))}");
            await Task.Delay(25, cancellationToken);
        }
    }

    /// <summary>Metadata of calls over gRPC.</summary>
    public IEnumerable<IReadOnlyDictionary<string, string>> Metadata => metadata;

    public bool HasAny(string traceId) => spans.Any(span => span.TraceId == traceId);

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static async Task<byte[]> BodyAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.ToArray();
    }

    /// <summary>ExportTraceServiceRequest.resource_spans, with resource.attributes and scope_spans.spans.</summary>
    private void Take(byte[] request)
    {
        foreach (var resource in Messages(request, 1))
        {
            var service = Tags(Messages(resource, 1).Single(), 1).GetValueOrDefault("service.name", "");
            foreach (var scope in Messages(resource, 2))
                foreach (var span in Messages(scope, 2)) spans.Enqueue(Read(span, service));
        }
    }

    private static Dictionary<string, string> Tags(byte[] message, int field) => Messages(message, field).ToDictionary(
        pair => System.Text.Encoding.UTF8.GetString(Messages(pair, 1).Single()),
        pair => Messages(pair, 2).SelectMany(value => Messages(value, 1)).Select(System.Text.Encoding.UTF8.GetString).FirstOrDefault() ?? "");

    private static Span Read(byte[] span, string service)
    {
        var tags = Tags(span, 9);
        return new Span(
            service,
            Convert.ToHexStringLower(Messages(span, 1).Single()),
            Convert.ToHexStringLower(Messages(span, 2).Single()),
            Convert.ToHexStringLower(Messages(span, 4).FirstOrDefault() ?? []),
            System.Text.Encoding.UTF8.GetString(Messages(span, 5).Single()),
            tags);
    }

    /// <summary>All values of a field that has a length: bytes, text or messages.</summary>
    private static IEnumerable<byte[]> Messages(byte[] message, int field)
    {
        var input = new CodedInputStream(message);
        while (input.ReadTag() is > 0 and var tag)
        {
            if (WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
            {
                var value = input.ReadBytes().ToByteArray();
                if (WireFormat.GetTagFieldNumber(tag) == field) yield return value;
            }
            else
            {
                input.SkipLastField();
            }
        }
    }

    /// <param name="Parent">Empty for the first of a trace.</param>
    public sealed record Span(string Service, string TraceId, string Id, string Parent, string Name, IReadOnlyDictionary<string, string> Tags);
}
