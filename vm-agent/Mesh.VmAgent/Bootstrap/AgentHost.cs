using System.Net;
using Mesh.Hosting.Health;
using Mesh.Hosting.Logging;
using Mesh.Hosting.Metrics;
using Mesh.Hosting.Settings;
using Mesh.Hosting.Shutdown;
using Mesh.Hosting.Supervision;
using Mesh.VmAgent.Admin;
using Mesh.VmAgent.Handover;
using Mesh.VmAgent.Proxy;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.VmAgent.Bootstrap;

/// <summary>An agent with its listeners: made, started, and left running until it is told to stop.</summary>
public sealed class AgentHost : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly AgentRuntime runtime;
    private readonly ListenerSockets sockets;
    private readonly Predecessor? predecessor;

    private AgentHost(WebApplication app, AgentRuntime runtime, ListenerSockets sockets, Predecessor? predecessor)
    {
        this.app = app;
        this.runtime = runtime;
        this.sockets = sockets;
        this.predecessor = predecessor;
    }

    public IReadiness Readiness => runtime.Readiness.State;

    /// <summary>As <c>/status</c> tells it.</summary>
    public AgentStatus Status => runtime.Status();

    /// <param name="args">The command line the settings were read from, to read them again on SIGHUP; null: they stay.</param>
    /// <exception cref="Mesh.Hosting.StartupException">A port is in use, or a file is missing, unusable or expired.</exception>
    public static AgentHost Build(AgentSettings settings, string[]? args = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var predecessor = Predecessor.Find();
        var listeners = ListenersOf(settings);
        var sockets = ListenerSockets.Open(listeners.Select(listener => (listener.EndPoint, listener.Option)), predecessor?.Listeners ?? []);
        try
        {
            return Build(settings, args, listeners, sockets, predecessor);
        }
        catch
        {
            sockets.Dispose();
            throw;
        }
    }

    private static AgentHost Build(
        AgentSettings settings,
        string[]? args,
        List<(IPEndPoint EndPoint, string Option, ListenerRole Role, Destination? Destination)> listeners,
        ListenerSockets sockets,
        Predecessor? predecessor)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var levels = new LogLevels(settings.LogLevel);
        builder.Logging.AddMeshConsole(levels);
        // It warns about every listener without TLS that it could not speak HTTP/2 there; ours do.
        if (settings.LogLevel < LogLevel.Error) builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
        // What keeps the host from starting is told in one line by the process frame.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        var logs = LoggerFactory.Create(logging => logging.AddMeshConsole(levels));
        var runtime = new AgentRuntime(settings, TimeProvider.System, logs);
        if (runtime.Registration is { } registration)
            builder.Services.AddSingleton<IDrainStep>(new DeregistrationStep(registration, TimeProvider.System));
        builder.Services.AddDrain(runtime.Readiness.State, settings.DrainTimeout);
        var supervision = Supervise(builder.Services, settings, args, runtime, levels, logs);
        var connections = new ConnectionDrain();
        var transport = new HandoverTransport(sockets, logs);
        builder.Services.AddSingleton<IConnectionListenerFactory>(_ => transport);
        WebApplication? app = null;
        var handover = new HandoverService(
            HandoverOptions.OfThisProcess(settings.HandoverDrain), sockets, transport, connections, runtime.HandOverAsync,
            processId => supervision?.HandOver(processId), () => app!.Lifetime.StopApplication(), TimeProvider.System, logs.CreateLogger("Mesh.VmAgent"));
        handover.Listen();
        builder.Services.AddHostedService(_ => handover);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Bodies are streamed through; what is too large is the application's to say.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            foreach (var (endPoint, _, role, destination) in listeners)
                kestrel.Listen(endPoint, listen => Configure(listen, role, destination, runtime, connections));
        });
        app = builder.Build();
        var admin = new AdminPages(
            settings.Name, runtime.Readiness.State, runtime.Status, runtime.Metrics, [runtime.Facet], runtime.Identity, levels);
        RequestDelegate serve = context => HandleAsync(context, runtime, admin);
        app.Run(context => connections.ServeAsync(context, serve));
        return new AgentHost(app, runtime, sockets, predecessor);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        runtime.Start();
        // Both processes accept for a moment: what this one takes it must be able to serve.
        if (predecessor is not null) await runtime.WaitPreparedAsync(cancellationToken).ConfigureAwait(false);
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
        if (predecessor is not null)
        {
            await runtime.InheritAsync(await predecessor.TakeOverAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            await predecessor.DisposeAsync().ConfigureAwait(false);
        }

        runtime.Join();
    }

    /// <summary>Until SIGTERM or SIGINT; leaves in order before it returns.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => app.WaitForShutdownAsync(cancellationToken);

    /// <summary>Leaves in order.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => app.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync().ConfigureAwait(false);
        sockets.Dispose();
        await runtime.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>What systemd is told, and what it may ask for.</summary>
    private static SupervisionService? Supervise(
        IServiceCollection services, AgentSettings settings, string[]? args, AgentRuntime runtime, LogLevels levels, ILoggerFactory logs)
    {
        SupervisionService? supervision = null;
        if (ServiceManager.Find(SettingsReader.ProcessEnvironment()) is { } manager)
        {
            // After the drain was added: told to stop, services hear of it in reverse order.
            var own = new OwnHealthPort(new IPEndPoint(settings.OwnAddress, settings.HealthPort));
            supervision = new SupervisionService(
                manager, runtime.Readiness.State, runtime.Vitals, own.AnswersAsync, TimeProvider.System, logs.CreateLogger<SupervisionService>());
            services.AddSingleton(_ => own);
            services.AddHostedService(_ => supervision);
        }

        if (args is null) return supervision;
        var reload = new AgentReload(args, settings, levels, runtime.ReopenLogs, logs.CreateLogger("Mesh.VmAgent"));
        var signal = new SettingsReload(reload.Run, supervision, logs.CreateLogger<SettingsReload>());
        signal.Listen();
        services.AddHostedService(_ => signal);
        return supervision;
    }

    private static List<(IPEndPoint EndPoint, string Option, ListenerRole Role, Destination? Destination)> ListenersOf(AgentSettings settings)
    {
        List<(IPEndPoint, string, ListenerRole, Destination?)> listeners =
        [
            (new IPEndPoint(settings.OwnAddress, settings.InboundPort), "inbound-port", ListenerRole.Inbound, null),
            (new IPEndPoint(settings.OwnAddress, settings.HealthPort), "health-port", ListenerRole.Health, null),
            (settings.Admin, "admin", ListenerRole.Admin, null),
        ];
        if (settings.MetricsPort > 0) listeners.Add((new IPEndPoint(settings.OwnAddress, settings.MetricsPort), "metrics-port", ListenerRole.Metrics, null));
        if (settings.Outbound is { } outbound) listeners.Add((outbound, "outbound", ListenerRole.Outbound, null));
        listeners.AddRange(settings.OutboundTcp.Select(spec => (spec.Listen, "outbound-tcp", ListenerRole.Outbound, (Destination?)spec.Destination)));
        return listeners;
    }

    private static void Configure(ListenOptions listen, ListenerRole role, Destination? destination, AgentRuntime runtime, ConnectionDrain connections)
    {
        connections.Follow(listen);
        var feature = new ListenerFeature(role);
        listen.Use(next => connection =>
        {
            connection.Features.Set(feature);
            return next(connection);
        });
        switch (role)
        {
            case ListenerRole.Inbound:
                runtime.Inbound.Use(listen);
                break;
            case ListenerRole.Outbound:
                runtime.Outbound!.Use(listen, destination);
                break;
            default:
                listen.Protocols = HttpProtocols.Http1;
                break;
        }
    }

    private static Task HandleAsync(HttpContext context, AgentRuntime runtime, AdminPages admin)
    {
        switch (context.Features.Get<ListenerFeature>()?.Role)
        {
            case ListenerRole.Inbound:
                return runtime.Inbound.HandleAsync(context);
            case ListenerRole.Outbound:
                return runtime.Outbound!.HandleAsync(context);
            case ListenerRole.Admin:
                return admin.HandleAsync(context);
            case ListenerRole.Metrics when context.Request.Path == MetricsEndpoint.Path:
                return MetricsEndpoint.AnswerAsync(context, runtime.Metrics);
            case ListenerRole.Health when context.Request.Path == HealthEndpoint.Path:
                return HealthEndpoint.AnswerAsync(context, runtime.Readiness.State);
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
        }
    }
}
