namespace Mesh.Gateway.Tests.Conformance;

/// <summary>Asks for one host whatever the address.</summary>
internal sealed class HostHandler(string host) : DelegatingHandler(new SocketsHttpHandler())
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Host = host;
        return base.SendAsync(request, cancellationToken);
    }
}
