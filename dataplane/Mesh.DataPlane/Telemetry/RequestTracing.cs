using System.Diagnostics;
using System.Globalization;
using Mesh.DataPlane.Http;
using Mesh.DataPlane.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Telemetry;

/// <summary>
/// A span for each request and one for each try, with Istio's tags. Without a <see cref="Plan"/> nothing is looked at and no header
/// is touched.
/// </summary>
/// <remarks>Source: Istio, "Distributed tracing"; Envoy, "Tracing" and "HTTP header manipulation: x-envoy-force-trace, x-request-id".</remarks>
public sealed class RequestTracing : IDisposable
{
    private const string ForceHeader = "x-envoy-force-trace";

    /// <summary>Istio names spans by where the request went and this.</summary>
    private const string AnyPath = "/*";

    private static int instances;

    private readonly WorkloadMetadata own;
    private readonly string nodeId;
    private readonly string meshId;
    private readonly ActivitySource source;
    private volatile TracingPlan? plan;

    /// <param name="nodeId">As Istio's node ids.</param>
    /// <param name="meshId">Name of the mesh; Istio's default is its trust domain.</param>
    public RequestTracing(WorkloadMetadata own, string nodeId, string meshId)
    {
        this.own = own;
        this.nodeId = nodeId;
        this.meshId = meshId;
        // Several proxies of one process would hear each other's spans by one name.
        var number = Interlocked.Increment(ref instances);
        source = new ActivitySource(number == 1 ? "Mesh.DataPlane" : string.Create(CultureInfo.InvariantCulture, $"Mesh.DataPlane.{number}"));
    }

    /// <summary>Of the activity source of these spans.</summary>
    public string SourceName => source.Name;

    /// <summary>Null: nothing is traced.</summary>
    public TracingPlan? Plan
    {
        get => plan;
        set => plan = value;
    }

    public void Dispose() => source.Dispose();

    /// <summary>Begins the span of a request where it is sampled, and tells the request's headers what was decided.</summary>
    /// <param name="fromOutside">The caller is no proxy of the mesh: what it writes into the request's id decides nothing.</param>
    internal void Begin(HttpContext context, RequestLog record, bool fromOutside)
    {
        if (plan is not { } now) return;
        var headers = context.Request.Headers;
        var trace = TraceContext.Read(headers);
        record.TraceId = trace.TraceId;
        if (trace.Sampled ?? Samples(now, headers, record.RequestId, fromOutside))
        {
            // What this process does otherwise is no parent of a request.
            Activity.Current = null;
            if (source.CreateActivity(NameOf(context, record), ActivityKind.Server, trace.IsNew ? default : trace.Parent) is { } span)
            {
                span.Start();
                // Whatever else this process does for the request makes no spans of its own and writes no headers.
                Activity.Current = null;
                record.TraceId = span.TraceId.ToHexString();
                record.Trace = new RequestTrace(trace, span, now);
                if (now.Propagates) trace.Write(headers, span.Context, now.WritesB3);
                return;
            }
        }

        // Where it begins, nobody after us shall sample what was not sampled here.
        if (now.Propagates && trace.IsNew) trace.Write(headers, trace.Parent, now.WritesB3);
    }

    /// <summary>The span of one try, within that of the request; null when it is not traced.</summary>
    internal Activity? BeginTry(RequestLog record, IHeaderDictionary headers, string clusterName)
    {
        if (record.Trace is not { } trace) return null;
        var span = source.CreateActivity($"router {clusterName} egress", ActivityKind.Client, trace.Span.Context);
        if (span is null) return null;
        span.Start();
        Activity.Current = null;
        span.SetTag("component", "proxy");
        span.SetTag("upstream_cluster", clusterName);
        span.SetTag("retry.attempt", (record.Attempts - 1).ToString(CultureInfo.InvariantCulture));
        if (trace.Plan.Propagates) trace.Context.Write(headers, span.Context, trace.Plan.WritesB3);
        return span;
    }

    /// <param name="result">Null: it was broken off.</param>
    internal static void EndTry(Activity? span, ForwardResult? result, RequestLog record)
    {
        if (span is null) return;
        var address = record.Endpoint is { } tried ? EndpointId.Of(tried).ToString() : null;
        span.SetTag("upstream_address", address);
        span.SetTag("peer.address", address);
        if (result?.Status is { } status) span.SetTag("http.status_code", status.ToString(CultureInfo.InvariantCulture));
        if (result is null or { Problem.Length: > 0 }) Fail(span, result?.Problem);
        span.Dispose();
    }

    internal void End(HttpContext context, RequestLog record)
    {
        if (record.Trace is not { } trace) return;
        var (span, request) = (trace.Span, context.Request);
        var code = record.NoResponse ? 0 : context.Response.StatusCode;
        span.DisplayName = NameOf(context, record);
        span.SetTag("component", "proxy");
        span.SetTag("node_id", nodeId);
        span.SetTag("guid:x-request-id", record.RequestId);
        span.SetTag("http.url", $"{request.Scheme}://{request.Host.Value}{Cut(record.Path, trace.Plan.LongestPath)}");
        span.SetTag("http.method", request.Method);
        span.SetTag("http.protocol", HttpProtocol.IsHttp2(request.Protocol) ? "HTTP/2" : request.Protocol);
        span.SetTag("http.status_code", code.ToString(CultureInfo.InvariantCulture));
        span.SetTag("user_agent", request.Headers.UserAgent.ToString());
        span.SetTag("request_size", (record.Body?.Received ?? 0).ToString(CultureInfo.InvariantCulture));
        span.SetTag("response_size", record.BytesSent.ToString(CultureInfo.InvariantCulture));
        span.SetTag("response_flags", record.AllFlags);
        span.SetTag("downstream_cluster", "-");
        span.SetTag("peer.address", context.Connection.RemoteIpAddress?.ToString());
        if (record.ClusterName is { } cluster)
        {
            span.SetTag("upstream_cluster", cluster);
            span.SetTag("upstream_cluster.name", cluster);
        }

        if (record.GrpcStatus is { } grpc) span.SetTag("grpc.status_code", grpc.ToString(CultureInfo.InvariantCulture));
        if (trace.Plan.HasIstioTags) TagAsIstio(span);
        foreach (var tag in trace.Plan.Tags)
            if (tag.Value(context, record) is { } value) span.SetTag(tag.Name, value);
        if (code is 0 or >= 500 || IsServersFault(record.GrpcStatus)) Fail(span, record.Details);
        span.Dispose();
    }

    private static void Fail(Activity span, string? why)
    {
        span.SetTag("error", "true");
        span.SetStatus(ActivityStatusCode.Error, why);
    }

    /// <summary>Of a gRPC status, by OpenTelemetry's conventions for servers.</summary>
    private static bool IsServersFault(int? grpcStatus) => grpcStatus is 2 or 4 or 12 or 13 or 14 or 15;

    private static string Cut(string? path, int longest) => path is null ? "" : path.Length > longest ? path[..longest] : path;

    /// <summary>Where the request went as far as that is known, else where its caller wanted it to go.</summary>
    private static string NameOf(HttpContext context, RequestLog record) => record.Upstream is { Key: { } key }
        ? string.Create(CultureInfo.InvariantCulture, $"{key.Host}:{key.Port}{AnyPath}")
        : context.Request.Host.Value + AnyPath;

    private static bool Samples(TracingPlan plan, IHeaderDictionary headers, string? requestId, bool fromOutside)
    {
        if (headers.ContainsKey(ForceHeader)) return true;
        if (!plan.SamplesByRequestId || fromOutside || !Guid.TryParseExact(requestId, "D", out _))
            return Random.Shared.NextDouble() * 100 < plan.SamplingPercent;

        // Envoy writes what it decided into the digit that tells the version of the id: 9 sampled, a and b forced.
        if (requestId![14] is '9' or 'a' or 'b') return true;
        return uint.Parse(requestId.AsSpan(0, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) % 10_000 < plan.SamplingPercent * 100;
    }

    private void TagAsIstio(Activity span)
    {
        span.SetTag("istio.canonical_service", own.CanonicalService);
        span.SetTag("istio.canonical_revision", own.CanonicalRevision);
        span.SetTag("istio.namespace", own.Namespace);
        span.SetTag("istio.mesh_id", meshId);
        span.SetTag("istio.cluster_id", own.Cluster);
    }
}
