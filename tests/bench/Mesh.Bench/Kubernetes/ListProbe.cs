using System.Diagnostics;
using System.Net.Http.Headers;

namespace Mesh.Bench.Kubernetes;

/// <summary>How long the API servers themselves need for the lists that a gateway reads at its start: a client that looks at no byte of them.</summary>
internal static class ListProbe
{
    private static readonly string[] Paths =
        ["api/v1/services", "api/v1/pods", "apis/discovery.k8s.io/v1/endpointslices", "apis/networking.istio.io/v1/virtualservices"];

    /// <summary>Milliseconds for all clusters at the same time, and megabytes.</summary>
    public static async Task<(double Milliseconds, double Megabytes)> MeasureAsync(BenchClusters clusters)
    {
        var started = Stopwatch.GetTimestamp();
        var sizes = await Task.WhenAll(clusters.All.Select(cluster => ListAsync(cluster.Kubeconfig)));
        return (Stopwatch.GetElapsedTime(started).TotalMilliseconds, sizes.Sum() / 1024.0 / 1024.0);
    }

    private static async Task<long> ListAsync(string kubeconfig)
    {
        string Value(string key) => File.ReadLines(kubeconfig).Select(line => line.Trim()).First(line => line.StartsWith(key, StringComparison.Ordinal))[key.Length..].Trim();
        using var handler = new SocketsHttpHandler { UseProxy = false };
        // The servers are this bench's own, and their certificates are not what is measured.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        using var http = new HttpClient(handler) { BaseAddress = new Uri(Value("server:") + "/") };
        http.DefaultRequestVersion = System.Net.HttpVersion.Version20;
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Value("token:"));
        var sizes = await Task.WhenAll(Paths.Select(async path =>
        {
            using var response = await http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
            response.EnsureSuccessStatusCode();
            await using var stream = await response.Content.ReadAsStreamAsync();
            var buffer = new byte[64 * 1024];
            var size = 0L;
            while (await stream.ReadAsync(buffer) is > 0 and var count) size += count;
            return size;
        }));
        return sizes.Sum();
    }
}
