using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Mesh.VmAgent.Bootstrap;
using Mesh.VmAgent.Tests.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.VmAgent.Tests.Handover;

/// <summary>An upgrade as those see it who are connected: the agents are processes of their own, the program is replaced under load.</summary>
public sealed class HandoverTests
{
    private const string Probe = "probe: {periodSeconds: 1, timeoutSeconds: 60, failureThreshold: 10, httpGet: {path: /healthz, port: PORT}}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Streams_connections_and_calls_go_on_while_one_process_after_the_other_takes_over()
    {
        var lines = Channel.CreateUnbounded<string>();
        await using var app = await TestServer.StartAsync(context => context.Response.WriteAsync("hello"));
        await using var streaming = await TestServer.StartAsync(context => WriteLinesAsync(context, lines.Reader), HttpProtocols.Http2);
        using var echoing = new TcpListener(IPAddress.Loopback, 0);
        echoing.Start();
        var serving = EchoAsync(echoing);
        await using var mesh = await AgentMesh.CreateAsync();
        mesh.ConfigureEchoGroup(
            app.Port, streaming.Port, ((IPEndPoint)echoing.LocalEndpoint).Port, Probe.Replace("PORT", $"{app.Port}", StringComparison.Ordinal));
        await using var echo = await AgentProcess.StartAsync(mesh.EchoSettings());
        await Eventually.HoldsAsync(() => mesh.Entry()?.Contains("status: \"True\"", StringComparison.Ordinal) == true, "the entry is healthy");
        var callerSettings = mesh.Settings("caller");
        var caller = await mesh.StartAsync(callerSettings);
        await Eventually.HoldsAsync(() => caller.Status.Configuration.Services >= 3, "the caller knows echo");
        using var client = ProxyClient(callerSettings);
        await Eventually.HoldsAsync(async () => (await CallAsync(client)).Length == 0, "calls arrive");

        using var stream = await OpenStreamAsync(callerSettings);
        using var tunnel = await OpenTunnelAsync(callerSettings);
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var failures = new ConcurrentQueue<string>();
        var load = Enumerable.Range(0, 3).Select(_ => CallUntilAsync(client, failures, watching.Token)).Append(WatchEntryAsync(mesh, failures, watching.Token)).ToList();
        await stream.ExpectAsync(lines.Writer, "before");
        await EchoedAsync(tunnel, "before");

        var (first, second) = await echo.HandOverAsync();
        await stream.ExpectAsync(lines.Writer, "between");
        await EchoedAsync(tunnel, "between");
        var (again, third) = await echo.HandOverAsync();
        await stream.ExpectAsync(lines.Writer, "after");
        await EchoedAsync(tunnel, "after");
        var isServedByFirst = AgentProcess.IsRunning(first);
        await watching.CancelAsync();
        await Task.WhenAll(load);

        Assert.True(failures.IsEmpty, $"{string.Join('\n', failures.Take(5))}\n{echo.Log}");
        Assert.True(isServedByFirst, "the process whose connections are open stays as long as they are");
        Assert.Equal(second, again);
        Assert.Equal(3, new HashSet<int> { first, second, third }.Count);
        lines.Writer.Complete();
        await stream.ExpectEndAsync();
        tunnel.Client.Shutdown(SocketShutdown.Send);
        await serving;
        // With the connections that it keeps for calls to come.
        await mesh.EndAsync(caller);
        await Eventually.HoldsAsync(() => Task.FromResult(!AgentProcess.IsRunning(first) && !AgentProcess.IsRunning(second)), () => $"they end with their last connection: {echo.Log}");
        Assert.Equal("Registered", (string?)(await echo.StatusAsync())!["registration"]!["state"]);

        AgentProcess.Terminate(third);
        await Eventually.HoldsAsync(() => !AgentProcess.IsRunning(third), "the last one ends");
        Assert.Null(mesh.Entry());
    }

    [Fact]
    public async Task Every_listener_refuses_nobody_and_answers_on_connections_that_were_open()
    {
        await using var app = await TestServer.StartAsync(context => context.Response.WriteAsync("hello"));
        await using var mesh = await AgentMesh.CreateAsync();
        mesh.ConfigureEchoGroup(app.Port);
        await mesh.StartAsync(mesh.EchoSettings());
        var settings = mesh.Settings("caller") with { MetricsPort = FreePort.Next() };
        await using var agent = await AgentProcess.StartAsync(settings);
        var proxied = $"http://{AgentMesh.Host}:{AgentMesh.HttpPort}/";
        List<(int Port, string Target)> listeners =
        [
            (settings.HealthPort, "/healthz/ready"), (settings.MetricsPort, "/stats/prometheus"),
            (settings.Admin.Port, "/status"), (settings.Outbound!.Port, proxied),
        ];
        await Eventually.HoldsAsync(async () => await NewRequestAsync(settings.Outbound.Port, proxied) == "HTTP/1.1 200 OK", "calls arrive");
        var open = new List<(TcpClient Connection, string Target)>();
        foreach (var (port, target) in listeners)
        {
            var connection = new TcpClient("127.0.0.1", port);
            open.Add((connection, target));
            Assert.Equal("HTTP/1.1 200 OK", await RequestAsync(connection, target));
        }

        using var watching = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var failures = new ConcurrentQueue<string>();
        var inbound = ConnectUntilAsync(settings.InboundPort, failures, watching.Token);
        var load = listeners.Select(listener => RequestUntilAsync(listener.Port, listener.Target, failures, watching.Token)).Append(inbound).ToList();
        var (old, _) = await agent.HandOverAsync();
        await Eventually.HoldsAsync(() => agent.Log.Contains("connections are still open", StringComparison.Ordinal), "the old one only drains");
        foreach (var (connection, target) in open) Assert.Equal("HTTP/1.1 200 OK", await RequestAsync(connection, target));
        foreach (var (connection, _) in open) connection.Dispose();
        await Eventually.HoldsAsync(() => Task.FromResult(!AgentProcess.IsRunning(old)), () => $"the old one ends: {agent.Log}");
        await watching.CancelAsync();
        await Task.WhenAll(load);

        Assert.True(failures.IsEmpty, $"{string.Join('\n', failures.Take(5))}\n{agent.Log}");
    }

    [Fact]
    public async Task A_program_that_does_not_start_leaves_the_old_process_in_its_place()
    {
        await using var mesh = await AgentMesh.CreateAsync();
        mesh.ConfigureEchoGroup(1);
        await using var agent = await AgentProcess.StartAsync(mesh.EchoSettings());
        var process = await agent.ProcessIdAsync();

        agent.InstallBroken();
        AgentProcess.AskToHandOver(process);
        await Eventually.HoldsAsync(() => Task.FromResult(agent.Log.Contains("exit code 3 before it was ready", StringComparison.Ordinal)), () => $"the reason is told: {agent.Log}");
        Assert.Contains("this one is broken", agent.Log, StringComparison.Ordinal);
        Assert.Equal(process, await agent.ProcessIdAsync());
        Assert.NotNull(mesh.Entry());

        agent.Install();
        var (old, _) = await agent.HandOverAsync();
        Assert.Equal(process, old);
        Assert.NotNull(mesh.Entry());
    }

    private static async Task WriteLinesAsync(HttpContext context, ChannelReader<string> lines)
    {
        await context.Response.StartAsync(context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        await foreach (var line in lines.ReadAllAsync(context.RequestAborted))
        {
            await context.Response.WriteAsync(line + "\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private static async Task EchoAsync(TcpListener listener)
    {
        using var connection = await listener.AcceptTcpClientAsync(Token);
        await connection.GetStream().CopyToAsync(connection.GetStream(), Token);
    }

    private static HttpClient ProxyClient(AgentSettings caller) => new(new SocketsHttpHandler { Proxy = new WebProxy($"http://{caller.Outbound}"), UseProxy = true });

    /// <returns>What went wrong; empty when nothing did.</returns>
    private static async Task<string> CallAsync(HttpClient client)
    {
        try
        {
            using var response = await client.GetAsync(new Uri($"http://{AgentMesh.Host}:{AgentMesh.HttpPort}/"), Token);
            var body = await response.Content.ReadAsStringAsync(Token);
            return response.IsSuccessStatusCode && body == "hello" ? "" : $"{(int)response.StatusCode} {body}";
        }
        catch (Exception error) when (error is HttpRequestException or SocketException)
        {
            return error.ToString();
        }
    }

    private static async Task CallUntilAsync(HttpClient client, ConcurrentQueue<string> failures, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (await CallAsync(client) is { Length: > 0 } failure) failures.Enqueue(failure);
            await Task.Delay(TimeSpan.FromMilliseconds(5), Token);
        }
    }

    private static async Task WatchEntryAsync(AgentMesh mesh, ConcurrentQueue<string> failures, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (mesh.Entry()?.Contains("status: \"True\"", StringComparison.Ordinal) != true) failures.Enqueue($"the entry: {mesh.Entry() ?? "none"}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), Token);
        }
    }

    private static async Task<NumberedStream> OpenStreamAsync(AgentSettings caller)
    {
        var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(caller.Outbound!, token);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{AgentMesh.Host}:{AgentMesh.GrpcPort}/echo.Echo/Stream")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return new NumberedStream(client, new StreamReader(await response.Content.ReadAsStreamAsync(Token)));
    }

    private static async Task<TcpClient> OpenTunnelAsync(AgentSettings caller)
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(caller.Outbound!, Token);
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"CONNECT {AgentMesh.Host}:{AgentMesh.TcpPort} HTTP/1.1\r\nHost: x\r\n\r\n"), Token);
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await connection.GetStream().ReadExactlyAsync(one, Token);
            head.Append((char)one[0]);
        }

        Assert.StartsWith("HTTP/1.1 200 ", head.ToString(), StringComparison.Ordinal);
        return connection;
    }

    private static async Task EchoedAsync(TcpClient tunnel, string text)
    {
        await tunnel.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), Token);
        var answer = new byte[text.Length];
        await tunnel.GetStream().ReadExactlyAsync(answer, Token);
        Assert.Equal(text, Encoding.ASCII.GetString(answer));
    }

    private static async Task ConnectUntilAsync(int port, ConcurrentQueue<string> failures, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var connection = new TcpClient();
                await connection.ConnectAsync(IPAddress.Loopback, port, Token);
            }
            catch (SocketException error)
            {
                failures.Enqueue($"{port}: {error.Message}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), Token);
        }
    }

    private static async Task RequestUntilAsync(int port, string target, ConcurrentQueue<string> failures, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (await NewRequestAsync(port, target) is var status and not "HTTP/1.1 200 OK") failures.Enqueue($"{port}{target}: {status}");
            }
            catch (Exception error) when (error is SocketException or IOException)
            {
                failures.Enqueue($"{port}{target}: {error.Message}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), Token);
        }
    }

    private static async Task<string?> NewRequestAsync(int port, string target)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, port, Token);
        return await RequestAsync(connection, target);
    }

    /// <returns>The status line; the rest is read as well. Null: the connection was closed instead.</returns>
    private static async Task<string?> RequestAsync(TcpClient connection, string target)
    {
        var host = target.StartsWith("http", StringComparison.Ordinal) ? new Uri(target).Authority : "localhost";
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n"), Token);
        using var reader = new StreamReader(connection.GetStream(), Encoding.ASCII, leaveOpen: true, bufferSize: 1, detectEncodingFromByteOrderMarks: false);
        var status = await reader.ReadLineAsync(Token);
        long? length = null;
        var isChunked = false;
        while (await reader.ReadLineAsync(Token) is { Length: > 0 } header)
        {
            if (header.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase)) length = long.Parse(header[16..], System.Globalization.CultureInfo.InvariantCulture);
            isChunked |= header.Equals("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase);
        }

        for (; length > 0; length--) reader.Read();
        while (isChunked && await reader.ReadLineAsync(Token) is { } line && line != "0")
        {
        }

        if (isChunked) await reader.ReadLineAsync(Token);
        return status;
    }
}
