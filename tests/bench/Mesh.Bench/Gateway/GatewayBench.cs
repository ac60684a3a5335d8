using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Mesh.Bench.Gateway.Proxies;
using Mesh.Bench.Gateway.Wire;

namespace Mesh.Bench.Gateway;

/// <summary>The gateway beside HAProxy, nginx and no proxy at all, one after the other in every round.</summary>
internal static class GatewayBench
{
    private const string PerSecond = "requests_per_second";
    private const string Haproxy = "haproxy";
    private const int BulkConnections = 4;

    public static async Task<int> RunAsync(string[] options)
    {
        try
        {
            return options is ["--backend", var certificate, var key]
                ? await Backend.RunAsync(certificate, key)
                : await MeasureAsync(BenchOptions.Parse(options));
        }
#pragma warning disable CA1031 // Whatever failed, the processes have been stopped on the way here.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Console.Error.WriteLine($"mesh-bench: {exception}");
            return 1;
        }
    }

    private static async Task<int> MeasureAsync(BenchOptions options)
    {
        var size = options.Quick ? GatewayBenchSize.Quick : GatewayBenchSize.Full;
        using var folder = new BenchFolder();
        using var backend = BackendProcess.Start(folder);
        var proxies = new List<BenchProxy>();
        try
        {
            proxies.Add(new BenchProxy(BenchProxy.Direct, null,
                new ProxyPorts(backend.Ports.Small, backend.Ports.Large, backend.Ports.Tls, backend.Ports.Small, backend.Ports.Bulk)));
            proxies.Add(await MeshGatewayProxy.StartAsync(folder, backend.Ports));
            proxies.Add(await HaproxyProxy.StartAsync(folder, backend.Ports));
            proxies.Add(await NginxProxy.StartAsync(folder, backend.Ports));
            proxies.RemoveAll(proxy => !options.Wants(proxy.Name) && proxy.Name != BenchProxy.Ours);
            var versions = new Dictionary<string, string>
            {
                [Haproxy] = H2Load.FirstLine("haproxy", "-v"),
                ["nginx"] = H2Load.FirstLine("nginx", "-v"),
                ["direct"] = H2Load.Version(),
            };
            Console.WriteLine($"gateway, {BenchReport.Machine()}, {string.Join(", ", versions.Values)}");
            Console.WriteLine();

            var results = new List<BenchResult>();
            var warmUp = size.FirstWarmUp;
            foreach (var traffic in GatewayCase.Unary.Where(traffic => options.WantsCase(traffic.Name)))
                Report(await UnaryAsync(traffic, proxies, folder, size, NextWarmUp(traffic.Name)));
            if (options.WantsCase(GatewayCase.EastWest)) Report(await EastWestAsync(proxies, size, NextWarmUp(GatewayCase.EastWest)));
            if (options.Json is not null) BenchReport.Write(options.Json, "gateway", results, versions);
            return 0;

            TimeSpan NextWarmUp(string name)
            {
                var next = warmUp;
                warmUp = size.WarmUp;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: every proxy in turn is warmed up for {next.TotalSeconds:0.#} s"));
                return next;
            }

            void Report(GatewayTally tally)
            {
                results.AddRange(tally.Results());
                BenchReport.Print([.. tally.Results()]);
            }
        }
        finally
        {
            foreach (var proxy in proxies) await proxy.DisposeAsync();
        }
    }

    private static async Task<GatewayTally> UnaryAsync(
        GatewayCase traffic, List<BenchProxy> proxies, BenchFolder folder, GatewayBenchSize size, TimeSpan warmUp)
    {
        var tally = new GatewayTally(traffic.Name);
        var body = GrpcBody.OfSize(traffic.Bytes);
        var bodyFile = Path.Combine(folder.Root, $"{traffic.Name}.bin");
        await File.WriteAllBytesAsync(bodyFile, body);
        // The backend is warm by then, whoever is called.
        foreach (var proxy in proxies.Where(proxy => proxy.Process is not null))
            await H2Load.RunAsync(traffic, proxy.PortOf(traffic), bodyFile, warmUp);
        for (var round = 0; round < size.Rounds; round++)
        {
            foreach (var proxy in proxies)
            {
                var before = proxy.Process?.ProcessorTime;
                var figures = await H2Load.RunAsync(traffic, proxy.PortOf(traffic), bodyFile, size.Round);
                tally.Add(PerSecond, "1/s", proxy.Name, figures.PerSecond);
                AddProcessor(tally, proxy, before, "cpu_microseconds_per_request", "us", figures.Done);
                if (figures.Failed > 0) Console.WriteLine($"{traffic.Name}: {proxy.Name} answered {figures.Failed} of {figures.Done + figures.Failed} requests with an error");
            }
        }

        foreach (var proxy in proxies) AddMemory(tally, proxy);
        var headers = HeaderBlock.GrpcRequest(traffic.IsTls ? "https" : "http", "localhost", traffic.Path);
        await LatencyAsync(tally, proxies, size, RateOf(tally, proxies), proxy => CallerAsync(proxy.PortOf(traffic), traffic.IsTls ? OverTls : Plain, headers, body));
        return tally;
    }

    private static async Task<GatewayTally> EastWestAsync(List<BenchProxy> proxies, GatewayBenchSize size, TimeSpan warmUp)
    {
        var tally = new GatewayTally(GatewayCase.EastWest);
        var (small, bulk) = (
            await MeshHello.OfAsync(BenchFolder.Sni(BenchFolder.SealedHost)), await MeshHello.OfAsync(BenchFolder.Sni(BenchFolder.BulkHost)));
        var headers = HeaderBlock.GrpcRequest("https", "localhost", GatewayCase.SmallPath);
        var body = GrpcBody.OfSize(GatewayCase.SmallBytes);
        Task<Caller> Call(BenchProxy proxy) => CallerAsync(proxy.Ports.Passthrough, stream => AfterAsync(stream, small), headers, body);
        for (var round = -1; round < size.Rounds; round++)
        {
            foreach (var proxy in proxies)
            {
                var duration = round < 0 ? warmUp / 2 : size.Round;
                await using var caller = await Call(proxy);
                var before = proxy.Process?.ProcessorTime;
                var figures = await caller.AtFullSpeedAsync(H2Load.Streams, duration);
                var between = proxy.Process?.ProcessorTime;
                var pour = Stopwatch.StartNew();
                var megabytes = await PourAsync(proxy.Ports.Bulk, bulk, duration) / 1e6;
                // The first round warms up.
                if (round < 0) continue;
                tally.Add(PerSecond, "1/s", proxy.Name, figures.PerSecond);
                if (proxy.Process is not null)
                {
                    tally.Add("cpu_microseconds_per_request", "us", proxy.Name,
                        (between - before)!.Value.TotalMicroseconds / Math.Max(figures.Answers, 1));
                }

                tally.Add("megabytes_per_second", "MB/s", proxy.Name, megabytes / pour.Elapsed.TotalSeconds);
                AddProcessor(tally, proxy, between, "cpu_microseconds_per_megabyte", "us", megabytes);
            }
        }

        foreach (var proxy in proxies) AddMemory(tally, proxy);
        await LatencyAsync(tally, proxies, size, RateOf(tally, proxies), Call);
        return tally;
    }

    /// <summary>Half of what HAProxy can do, which is what all are asked for; without HAProxy half of ours.</summary>
    private static double RateOf(GatewayTally tally, List<BenchProxy> proxies) =>
        tally.Median(PerSecond, proxies.Exists(proxy => proxy.Name == Haproxy) ? Haproxy : BenchProxy.Ours) / 2;

    private static async Task LatencyAsync(
        GatewayTally tally, List<BenchProxy> proxies, GatewayBenchSize size, double rate, Func<BenchProxy, Task<Caller>> connect)
    {
        // What the load generator itself needs is compiled before it counts.
        await using (var first = await connect(proxies[0])) await first.AtRateAsync(rate, size.OpenLoop);
        for (var round = 0; round < (size.Rounds + 1) / 2; round++)
        {
            foreach (var proxy in proxies)
            {
                await using var caller = await connect(proxy);
                var figures = await caller.AtRateAsync(rate, size.OpenLoop);
                tally.Add("milliseconds_p50", "ms", proxy.Name, figures.MillisecondsP50);
                tally.Add("milliseconds_p99", "ms", proxy.Name, figures.MillisecondsP99);
                tally.Add("failed_requests", "count", proxy.Name, figures.Failed);
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"latencies at {rate:0} requests per second"));
    }

    private static void AddProcessor(GatewayTally tally, BenchProxy proxy, TimeSpan? before, string metric, string unit, double count)
    {
        if (proxy.Process is not null) tally.Add(metric, unit, proxy.Name, (proxy.Process.ProcessorTime - before!.Value).TotalMicroseconds / Math.Max(count, 1));
    }

    private static void AddMemory(GatewayTally tally, BenchProxy proxy)
    {
        if (proxy.Process is not null) tally.Add("resident_megabytes", "MiB", proxy.Name, proxy.Process.Megabytes);
    }

    private static Task<Caller> CallerAsync(int port, Func<NetworkStream, Task<Stream>> secure, byte[] headers, byte[] body) =>
        Caller.ConnectAsync(
            new IPEndPoint(IPAddress.Loopback, port), secure, headers, body, answerBytes: body.Length, H2Load.Connections, streams: 100);

    private static Task<Stream> Plain(NetworkStream stream) => Task.FromResult<Stream>(stream);

    private static async Task<Stream> OverTls(NetworkStream stream)
    {
#pragma warning disable CA5359 // The certificate is the bench's own, and it is not what is measured.
        var tls = new SslStream(stream, false, (_, _, _, _) => true);
#pragma warning restore CA5359
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ApplicationProtocols = [SslApplicationProtocol.Http2],
        });
        return tls;
    }

    private static async Task<Stream> AfterAsync(NetworkStream stream, byte[] hello)
    {
        await stream.WriteAsync(hello);
        return stream;
    }

    /// <summary>Bytes that arrived.</summary>
    private static async Task<long> PourAsync(int port, byte[] hello, TimeSpan duration)
    {
        using var over = new CancellationTokenSource(duration);
        var counts = await Task.WhenAll(Enumerable.Range(0, BulkConnections).Select(_ => Task.Run(async () =>
        {
            long count = 0;
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            var buffer = new byte[256 * 1024];
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, over.Token);
                await socket.SendAsync(hello, over.Token);
                while (await socket.ReceiveAsync(buffer, over.Token) is > 0 and var read) count += read;
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException)
            {
                // The time is up, or the proxy will not pass it on, which shows in the count.
            }

            return count;
        })));
        return counts.Sum();
    }
}
