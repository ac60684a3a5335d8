using System.Net;
using System.Net.Http.Headers;
using Mesh.Config.Routing;
using Mesh.DataPlane.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Mesh.DataPlane.Http;

/// <summary>Translates requests and responses between the server and the client side; shared by forwarders.</summary>
public static class ForwardedMessage
{
    /// <summary>Fills in everything but the content itself, which must be set before.</summary>
    public static void FillRequest(HttpRequestMessage message, ForwardTry attempt)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(attempt);
        var request = attempt.Context.Request;
        message.Method = HttpMethod.Parse(request.Method);
        message.Version = attempt.Http2 ? HttpVersion.Version20 : HttpVersion.Version11;
        message.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        message.RequestUri = UpstreamUris.Of(attempt.Target.PathAndQuery);

        var connection = request.Headers.Connection;
        foreach (var (name, values) in request.Headers)
        {
            if (name[0] == ':' || HopByHop.Is(name, connection)) continue;
            if (name.Equals("Host", StringComparison.OrdinalIgnoreCase) || name.Equals("Expect", StringComparison.OrdinalIgnoreCase)) continue;
            // Kept where there is content: not every content knows its length, and chunks would change what the caller said.
            if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) && message.Content is null) continue;
            Add(message, name, values);
        }

        // "TE: trailers" is the one form that says something end to end, and gRPC servers insist on it.
        if (request.Headers.TE.ToString().Contains("trailers", StringComparison.OrdinalIgnoreCase))
            message.Headers.TryAddWithoutValidation("TE", "trailers");
        message.Headers.Host = attempt.Authority;
        foreach (var operations in attempt.Headers) Apply(message, operations, attempt);
        if (attempt.Own is not { } own) return;
        message.Headers.TryAddWithoutValidation(PeerMetadata.IdHeader, own.Id);
        message.Headers.TryAddWithoutValidation(PeerMetadata.Header, own.Metadata);
    }

    /// <summary>Takes out of a response what its endpoint says of itself, which is not the caller's; null when it says nothing.</summary>
    public static string? TakePeerMetadata(HttpResponseMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var headers = message.Headers;
        if (headers.NonValidated.Contains(PeerMetadata.IdHeader)) headers.Remove(PeerMetadata.IdHeader);
        if (!headers.NonValidated.TryGetValues(PeerMetadata.Header, out var told)) return null;
        var text = told.ToString();
        headers.Remove(PeerMetadata.Header);
        return text;
    }

    /// <summary>Copies status and headers; the body and trailers are the forwarder's own work.</summary>
    public static void CopyResponseHead(HttpResponseMessage message, ForwardTry attempt)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(attempt);
        var response = attempt.Context.Response;
        response.StatusCode = (int)message.StatusCode;
        var connection = message.Headers.NonValidated.TryGetValues("Connection", out var named)
            ? new StringValues([.. named])
            : StringValues.Empty;
        Copy(message.Headers.NonValidated, response.Headers, connection);
        Copy(message.Content.Headers.NonValidated, response.Headers, connection);
        ApplyResponse(attempt.Context, attempt.Headers, attempt);
    }

    /// <param name="attempt">Null where the response is the proxy's own.</param>
    public static void ApplyResponse(HttpContext context, IReadOnlyList<HeaderOperations> all, ForwardTry? attempt = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(all);
        var headers = context.Response.Headers;
        foreach (var operations in all)
        {
            foreach (var name in operations.ResponseRemove) headers.Remove(name);
            foreach (var (name, value) in operations.ResponseSet) headers[name] = HeaderValues.Expand(value, context, attempt);
            foreach (var (name, value) in operations.ResponseAdd) headers.Append(name, HeaderValues.Expand(value, context, attempt));
        }
    }

    /// <summary>The grpc-status when the response consists of headers only; null otherwise.</summary>
    public static int? GrpcStatusInHeaders(HttpResponseMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.Headers.NonValidated.TryGetValues(GrpcStatus.StatusHeader, out var values) ? GrpcStatus.Parse(values.ToString()) : null;
    }

    private static void Copy(HttpHeadersNonValidated from, IHeaderDictionary to, StringValues connection)
    {
        foreach (var (name, values) in from)
        {
            if (HopByHop.Is(name, connection)) continue;
            to[name] = values.Count == 1 ? values.ToString() : new StringValues([.. values]);
        }
    }

    private static void Apply(HttpRequestMessage message, HeaderOperations operations, ForwardTry attempt)
    {
        foreach (var name in operations.RequestRemove) Remove(message, name);
        foreach (var (name, value) in operations.RequestSet)
        {
            var expanded = HeaderValues.Expand(value, attempt.Context, attempt);
            Remove(message, name);
            Add(message, name, expanded);
        }

        foreach (var (name, value) in operations.RequestAdd) Add(message, name, HeaderValues.Expand(value, attempt.Context, attempt));
    }

    private static void Remove(HttpRequestMessage message, string name)
    {
        // Known header names are kept apart by kind; asking the wrong collection throws, asking NonValidated does not.
        if (message.Headers.NonValidated.Contains(name)) message.Headers.Remove(name);
        if (message.Content?.Headers.NonValidated.Contains(name) == true) message.Content.Headers.Remove(name);
    }

    private static void Add(HttpRequestMessage message, string name, StringValues values)
    {
        if (values.Count == 1)
        {
            if (!message.Headers.TryAddWithoutValidation(name, values[0]))
                ContentHeaders(message).TryAddWithoutValidation(name, values[0]);
        }
        else if (!message.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
        {
            ContentHeaders(message).TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
    }

    /// <summary>
    /// HttpClient keeps headers such as Content-Type with the content. A request without a body may have them too, and a gRPC
    /// server knows its calls by them: it then gets an empty content to carry them.
    /// </summary>
    private static HttpContentHeaders ContentHeaders(HttpRequestMessage message) => (message.Content ??= new ByteArrayContent([])).Headers;
}
