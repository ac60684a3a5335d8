using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.HealthCheck;
using Mesh.Aws.Credentials;
using Mesh.Hosting;
using Mesh.Hosting.AccessLogs;
using Mesh.Hosting.Health;
using Mesh.Hosting.Logging;
using Mesh.Hosting.Networking;
using Mesh.Hosting.Shutdown;
using Mesh.Payments.Acquiring;
using Mesh.Payments.Api;
using Mesh.Payments.Messaging;
using Mesh.Payments.Messaging.Sqs;
using Mesh.Payments.Storage;
using Mesh.Payments.Telemetry;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.Payments;

/// <summary>A running mesh-payments: store, API, health, reflection, on one plain port. Tests start it as Program does.</summary>
internal sealed class PaymentsServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly AwsCredentialsChain aws;
    private readonly IDatabase database;
    private readonly MutationQueue mutations;
    private readonly LedgerQueue ledger;
    private readonly AccessLogWriter? accessLog;

    private PaymentsServer(
        WebApplication app, AwsCredentialsChain aws, IDatabase database, MutationQueue mutations, LedgerQueue ledger,
        AccessLogWriter? accessLog)
    {
        this.app = app;
        this.aws = aws;
        this.database = database;
        this.mutations = mutations;
        this.ledger = ledger;
        this.accessLog = accessLog;
    }

    /// <summary>The first address it listens on, with the port it was given for port 0.</summary>
    public Uri Address => new(Addresses(app).First());

    /// <summary>Where ledger.v1 is served; null when it is not.</summary>
    public Uri? LedgerAddress { get; private init; }

    /// <summary>Where probes and metrics are; null when they are nowhere apart.</summary>
    public Uri? AdminAddress { get; private init; }

    public IServiceProvider Services => app.Services;

    /// <summary>When it returns, the schema is up to date and requests are served.</summary>
    /// <exception cref="StartupException">The store, the access log or the port cannot be used.</exception>
    public static async Task<PaymentsServer> StartAsync(PaymentsOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        ListenErrors.EnsureFree(options.Listen, "listen");
        if (options.LedgerListen is { } ledgerListen) ListenErrors.EnsureFree(ledgerListen, "ledger-listen");
        var accessLog = OpenAccessLog(options.AccessLog);
        var aws = new AwsCredentialsChain(options.Aws, time);
        var passwords = options.RdsIam is { } region ? new RdsPasswords(aws, region, time) : null;
        var slow = new SlowStatements(options.SlowStatement);
        var opened = await options.Store.OpenAsync(passwords, cancellationToken).ConfigureAwait(false);
        var database = new MeasuredDatabase(opened, slow, time);
        var readiness = new Readiness();
        var store = readiness.Add("store", "the schema is being brought up to date");
        var app = Build(options, aws, database, accessLog, readiness, store, time);
        slow.LogTo(app.Services.GetRequiredService<ILogger<SlowStatements>>());
        await MigrateAsync(options, passwords, database, time, app.Services.GetRequiredService<ILogger<Migrator>>(), cancellationToken).ConfigureAwait(false);
        if (app.Services.GetService<SqsMessageQueue>() is { } queue) await queue.CheckAsync(cancellationToken).ConfigureAwait(false);
        var mutations = app.Services.GetRequiredService<MutationQueue>();
        ShowHealth(app.Services.GetRequiredService<HealthServiceImpl>(), readiness);
        store.Met();
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
        return new PaymentsServer(app, aws, database, mutations, app.Services.GetRequiredService<LedgerQueue>(), accessLog)
        {
            LedgerAddress = options.LedgerListen is null ? null : new Uri(Addresses(app).ElementAt(1)),
            AdminAddress = options.Admin is null ? null : new Uri(Addresses(app).Last()),
        };
    }

    /// <summary>Until SIGTERM or SIGINT, and the drain that follows.</summary>
    public Task WaitForShutdownAsync() => app.WaitForShutdownAsync();

    /// <summary>What SIGTERM does: drains, and finishes requests in flight.</summary>
    public async Task StopAsync()
    {
        app.Lifetime.StopApplication();
        await app.StopAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        // Before the queue that takes what it settles.
        await app.Services.GetRequiredService<OperationRunner>().DisposeAsync().ConfigureAwait(false);
        await mutations.DisposeAsync().ConfigureAwait(false);
        await ledger.DisposeAsync().ConfigureAwait(false);
        await app.DisposeAsync().ConfigureAwait(false);
        await database.DisposeAsync().ConfigureAwait(false);
        aws.Dispose();
        if (accessLog is not null) await accessLog.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>In the order in which listeners were added.</summary>
    private static ICollection<string> Addresses(WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;

    /// <summary>On the way that is meant for it; then the way that requests take must lead to the same store.</summary>
    private static async Task MigrateAsync(
        PaymentsOptions options, RdsPasswords? passwords, IDatabase database, TimeProvider time, ILogger<Migrator> log,
        CancellationToken cancellationToken)
    {
        if (options.MigrationStore is not { } direct)
        {
            await new Migrator(database, time, log).RunAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        var writer = await direct.OpenAsync(passwords, cancellationToken).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            await new Migrator(writer, time, log).RunAsync(cancellationToken).ConfigureAwait(false);
        }

        await new Migrator(database, time, log).CheckAsync(cancellationToken).ConfigureAwait(false);
    }

    private static WebApplication Build(
        PaymentsOptions options, AwsCredentialsChain aws, IDatabase database, AccessLogWriter? accessLog, Readiness readiness,
        ReadinessCondition store, TimeProvider time)
    {
        // Slim: no configuration files, no reloading, no static assets; what this process is told comes from its settings.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions());
        builder.Configuration.Sources.Clear();
        builder.Logging.AddMeshConsole(options.LogLevel);
        // Kestrel warns that a plain port cannot have both protocols; ours can.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, options));
        AddServices(builder.Services, options, database, readiness, time);
        builder.Services.AddSingleton<IAwsCredentialsProvider>(aws);
        builder.Services.AddSingleton(store);
        builder.Services.AddSingleton<StoreMaintenance>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<StoreMaintenance>());

        var app = builder.Build();
        app.UseHealthEndpoint(readiness);
        app.UseMetricsEndpoint();
        app.UseOperationEndpoints(app.Services.GetRequiredService<OperationStore>(), options.Admin);
        app.UseDeadLetterEndpoints(app.Services.GetRequiredService<IDeadLetters>(), options.Admin);
        IAccessLog log = accessLog is null ? new NoAccessLog() : accessLog;
        app.UseMiddleware<RequestLog>(new CallerIdentities(new TrustedProxies(options.TrustedProxies), options.Claims), log, options.Name);
        app.UseListenerRoles();
        app.MapGrpcService<PaymentsService>();
        if (options.LedgerListen is not null)
            app.MapGrpcService<LedgerService>().WithMetadata(new RequestSizeLimitAttribute(options.LedgerRequestLimit));
        app.MapGrpcService<HealthServiceImpl>();
        app.MapGrpcReflectionService();
        return app;
    }

    private static void AddServices(
        IServiceCollection services, PaymentsOptions options, IDatabase database, Readiness readiness, TimeProvider time)
    {
        services.AddSingleton(time);
        services.AddSingleton(database);
        services.AddPaymentsTelemetry(options.Name);
        services.AddSingleton(new PaymentReader(database));
        services.AddSingleton(new EventReader(database));
        services.AddSingleton<ChangeSignal>();
        services.AddSingleton<PaymentWatch>();
        services.AddAcquiring(options, time);
        services.AddSingleton(new LedgerReader(database));
        services.AddSingleton(provider => new LedgerQueue(
            database, new GroupCommitOptions("ledger", options.LedgerQueueLimit, BatchLimit: 1024), time,
            provider.GetRequiredService<ILogger<LedgerQueue>>()));
        services.AddSingleton<LedgerService>();
        services.AddSingleton<LedgerExpiry>();
        services.AddHostedService(provider => provider.GetRequiredService<LedgerExpiry>());
        services.AddSingleton(new MerchantAccess(options.Merchants));
        services.AddSingleton<HealthServiceImpl>();
        services.AddSingleton<PaymentsService>();
        services.AddMessaging(options);
        services.AddDrain(readiness, options.DrainTimeout);
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = options.RequestLimit;
            grpc.IgnoreUnknownServices = false;
            grpc.Interceptors.Add<ErrorInterceptor>();
        }).AddServiceOptions<LedgerService>(grpc => grpc.MaxReceiveMessageSize = options.LedgerRequestLimit).AddJsonTranscoding(json =>
        {
            json.TypeRegistry = TypeRegistry.FromFiles(ErrorDetailsReflection.Descriptor);
            // As the protobuf JSON mapping has it; a number is accepted as well.
            json.JsonSettings.WriteInt64sAsStrings = true;
        });
        services.AddSingleton<ErrorInterceptor>();
        services.AddGrpcReflection();
    }

    private static void Listen(KestrelServerOptions kestrel, PaymentsOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.RequestLimit;
        kestrel.Listen(options.Listen, listen => listen.UseRole(ListenerRole.Payments).UseHttp1OrHttp2Cleartext());
        if (options.LedgerListen is { } ledger) kestrel.Listen(ledger, listen => listen.UseRole(ListenerRole.Ledger).UseHttp1OrHttp2Cleartext());
        if (options.Admin is { } admin) kestrel.Listen(admin, listen => listen.UseRole(ListenerRole.Admin).UseHttp1OrHttp2Cleartext());
    }

    /// <summary>grpc.health.v1 says what <c>/healthz/ready</c> says, for the whole process and for the service.</summary>
    private static void ShowHealth(HealthServiceImpl health, Readiness readiness)
    {
        readiness.Changed += Show;
        Show();

        void Show()
        {
            var status = readiness.IsReady
                ? Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus.Serving
                : Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus.NotServing;
            health.SetStatus("", status);
            health.SetStatus(V1.Payments.Descriptor.FullName, status);
            health.SetStatus(LedgerV1.Ledger.Descriptor.FullName, status);
        }
    }

    private static AccessLogWriter? OpenAccessLog(string? path)
    {
        try
        {
            return path is null ? null : new AccessLogWriter(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"cannot append to the access log {path}: {exception.Message}; choose another with --access-log",
                ExitCodes.Failed, exception);
        }
    }

    private sealed class NoAccessLog : IAccessLog
    {
        public void Write(AccessLogEntry entry)
        {
        }
    }
}
