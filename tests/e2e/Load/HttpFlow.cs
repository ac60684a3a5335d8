namespace Mesh.EndToEnd.Load;

/// <summary>Gets a resource over HTTP/1.1 through the proxy of the caller's own workload, as <c>http_proxy</c> has it.</summary>
/// <param name="expected">Part of the body.</param>
internal sealed class HttpFlow(string name, HttpClient client, Uri resource, string expected) : IFlow
{
    public string Name => name;

    public async Task<string?> CallAsync(Trace trace, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, resource);
            request.Headers.TryAddWithoutValidation("traceparent", trace.Header);
            using var response = await client.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            if (!response.IsSuccessStatusCode) return $"{(int)response.StatusCode}: {body.ReplaceLineEndings(" ").Trim()}";
            return body.Contains(expected, StringComparison.Ordinal) ? null : $"{(int)response.StatusCode}, but {body.ReplaceLineEndings(" ").Trim()}";
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or System.Net.Sockets.SocketException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return failure.InnerException?.Message ?? failure.Message;
        }
    }

    public void Dispose() => client.Dispose();
}
