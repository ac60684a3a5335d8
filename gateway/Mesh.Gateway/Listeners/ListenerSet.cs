using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Mesh.Config.Model;
using Mesh.Hosting.Networking;
using Microsoft.AspNetCore.Connections;

namespace Mesh.Gateway.Listeners;

/// <summary>
/// Keeps open exactly the listeners that the Gateway resources ask for. A listener whose address and kind stay the same is never closed,
/// whatever else changes; one that is no longer wanted finishes what is in flight. An address that cannot be bound is tried again.
/// </summary>
internal sealed class ListenerSet : IAsyncDisposable
{
    private const int TakeOverTries = 50;
    private static readonly TimeSpan TakeOverPause = TimeSpan.FromMilliseconds(20);

    private readonly IListenerFactory factory;
    private readonly IPAddress defaultAddress;
    private readonly TimeSpan drainTimeout;
    private readonly ILogger log;
    private readonly Dictionary<ListenerKey, IActiveListener> open = [];
    private readonly HashSet<string> reported = [];
    private readonly List<Task> closing = [];
    private readonly SemaphoreSlim gate = new(1, 1);
    private ImmutableArray<string> problems = [];
    private ImmutableArray<string> bound = [];
    private bool stopped;

    public ListenerSet(IListenerFactory factory, IPAddress defaultAddress, TimeSpan drainTimeout, ILogger log)
    {
        this.factory = factory;
        this.defaultAddress = defaultAddress;
        this.drainTimeout = drainTimeout;
        this.log = log;
    }

    /// <summary>One line per listener that is wanted and not open.</summary>
    public ImmutableArray<string> Problems => problems;

    /// <summary>Addresses that are open, for status pages.</summary>
    public ImmutableArray<string> Bound => bound;

    public async Task ReconcileAsync(ImmutableArray<GatewayListener> wanted, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (stopped) return;
            var found = new List<string>();
            var keys = Keys(wanted, found);
            var closed = open.Keys.Where(key => !keys.ContainsKey(key)).ToArray();
            foreach (var key in closed) Close(key);
            foreach (var (key, configuration) in keys)
            {
                if (open.TryGetValue(key, out var listener)) listener.Update(configuration);
                else if (await OpenAsync(key, configuration, Array.Exists(closed, old => old.EndPoint.Port == key.EndPoint.Port), cancellationToken)
                         is { } problem) found.Add(problem);
            }

            closing.RemoveAll(task => task.IsCompleted);
            problems = [.. found];
            bound = [.. open.Keys.Select(key => $"{key.EndPoint} {key.Kind}").Order(StringComparer.Ordinal)];
            ReportOnce(found);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Closes all listeners, waiting for what is in flight until the token is cancelled.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(CancellationToken.None);
        try
        {
            stopped = true;
            await Task.WhenAll(open.Values.Select(listener => listener.StopAsync(cancellationToken)));
            foreach (var listener in open.Values) await listener.DisposeAsync();
            open.Clear();
            bound = [];
            await Task.WhenAll(closing).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        gate.Dispose();
    }

    private static ListenerKind? KindOf(GatewayListener listener, List<string> found)
    {
        if (listener.IsAutoPassthrough) return ListenerKind.Passthrough;
        var isTls = listener.Servers.Any(server => server.Tls.Mode != GatewayTlsMode.None);
        switch (listener.Protocol)
        {
            case "HTTP" or "HTTP2" or "GRPC" or "GRPC-WEB" when !isTls:
                return ListenerKind.Http;
            case "TCP" when !isTls:
                return ListenerKind.Tcp;
            case "HTTPS" or "TLS" when listener.Servers.All(server => server.Tls.Mode
                is GatewayTlsMode.Simple or GatewayTlsMode.Mutual or GatewayTlsMode.OptionalMutual or GatewayTlsMode.IstioMutual or GatewayTlsMode.Passthrough):
                return ListenerKind.Tls;
            default:
                var modes = string.Join(", ", listener.Servers.Select(server => server.Tls.Mode).Distinct());
                found.Add($"port {listener.Port} of {listener.Servers[0].Gateway}: protocol {listener.Protocol} with TLS mode {modes} is not supported yet; "
                    + "use HTTP, HTTP2, GRPC or TCP without TLS, HTTPS or TLS with SIMPLE, MUTUAL, OPTIONAL_MUTUAL, ISTIO_MUTUAL or PASSTHROUGH, or TLS with AUTO_PASSTHROUGH");
                return null;
        }
    }

    private Dictionary<ListenerKey, GatewayListener> Keys(ImmutableArray<GatewayListener> wanted, List<string> found)
    {
        var keys = new Dictionary<ListenerKey, GatewayListener>();
        foreach (var listener in wanted)
        {
            if (KindOf(listener, found) is not { } kind) continue;
            if (listener.Bind.Length == 0)
            {
                keys[new ListenerKey(new IPEndPoint(defaultAddress, listener.Port), kind)] = listener;
            }
            else if (IPAddress.TryParse(listener.Bind, out var address))
            {
                keys[new ListenerKey(new IPEndPoint(address, listener.Port), kind)] = listener;
            }
            else
            {
                found.Add($"port {listener.Port} of {listener.Servers[0].Gateway}: bind '{listener.Bind}' is not an IP address");
            }
        }

        return keys;
    }

    /// <param name="takesOver">Another kind of listener has just had the port and lets go of it any moment.</param>
    private async Task<string?> OpenAsync(ListenerKey key, GatewayListener configuration, bool takesOver, CancellationToken cancellationToken)
    {
        var problem = await TryOpenAsync(key, configuration, cancellationToken);
        for (var tries = 0; problem is not null && takesOver && tries < TakeOverTries; tries++)
        {
            await Task.Delay(TakeOverPause, cancellationToken);
            problem = await TryOpenAsync(key, configuration, cancellationToken);
        }

        return problem;
    }

    private async Task<string?> TryOpenAsync(ListenerKey key, GatewayListener configuration, CancellationToken cancellationToken)
    {
        try
        {
            open[key] = await factory.OpenAsync(key, configuration, cancellationToken);
            log.ListenerOpened(key.EndPoint, key.Kind, configuration.Servers[0].Gateway);
            return null;
        }
        catch (SocketException error)
        {
            return Problem(error);
        }
        catch (IOException error) when (error.InnerException is AddressInUseException { InnerException: SocketException socket })
        {
            return Problem(socket);
        }
        catch (NotSupportedException error)
        {
            return $"{error.Message} (Gateway {configuration.Servers[0].Gateway})";
        }

        string Problem(SocketException error) =>
            $"{ListenErrors.Describe(error, key.EndPoint.ToString(), "listen-address")} (Gateway {configuration.Servers[0].Gateway})";
    }

    private void Close(ListenerKey key)
    {
        if (!open.Remove(key, out var listener)) return;
        log.ListenerClosed(key.EndPoint, key.Kind);
        closing.Add(CloseAsync(listener));
    }

    private async Task CloseAsync(IActiveListener listener)
    {
        using var deadline = new CancellationTokenSource(drainTimeout);
        await listener.StopAsync(deadline.Token);
        await listener.DisposeAsync();
    }

    private void ReportOnce(List<string> found)
    {
        reported.IntersectWith(found);
        foreach (var problem in found)
            if (reported.Add(problem)) log.ListenerProblem(problem);
    }
}
