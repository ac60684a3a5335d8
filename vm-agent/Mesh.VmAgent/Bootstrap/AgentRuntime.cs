using System.Collections.Immutable;
using System.Net;
using Mesh.Config.Diagnostics;
using Mesh.Config.Model;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Sources;
using Mesh.DataPlane.Admin;
using Mesh.DataPlane.Bootstrap;
using Mesh.DataPlane.Http;
using Mesh.DataPlane.Identity;
using Mesh.DataPlane.Policy;
using Mesh.DataPlane.Tcp;
using Mesh.DataPlane.Telemetry;
using Mesh.DataPlane.Upstreams;
using Mesh.Hosting.Metrics;
using Mesh.Hosting.Settings;
using Mesh.Hosting.Supervision;
using Mesh.Kubernetes.Sources;
using Mesh.VmAgent.Admin;
using Mesh.VmAgent.Handover;
using Mesh.VmAgent.Proxy;
using Mesh.VmAgent.Registration;

namespace Mesh.VmAgent.Bootstrap;

/// <summary>The parts of one agent, put together; listeners and lifetime are <see cref="AgentHost"/>'s.</summary>
internal sealed class AgentRuntime : IAsyncDisposable
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);

    private static readonly IPAddress InboundSource = IPAddress.Parse("127.0.0.6");

    private readonly AgentSettings settings;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly ProxyAccessLog accessLog;
    private readonly ObservabilityFollower observability;
    private Task following = Task.CompletedTask;
    private readonly AgentTokens? tokens;
    private readonly IWorkloadIdentity identity;
    private readonly Lock publishing = new();
    private readonly ViewEndpointDirectory directory = new();
    private readonly List<UpstreamChannels> channels = [];
    private readonly UpstreamBalancer balancer;
    private readonly WorkloadMetadata own;
    private readonly PeerExchange peers;
    private readonly RequestTracing tracing;
    private readonly TraceReporting traces;
    private readonly RemoteKeys keys;
    private readonly HealthReporter? health;
    private readonly TaskCompletionSource synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IReadOnlyList<IMeshSource> sources;
    private readonly CancellationTokenSource stop = new();
    private readonly DateTimeOffset startedAt;
    private volatile MeshState? state;
    private volatile InboundTargets? targets;
    private ImmutableHashSet<Diagnostic> told = [];
    private string? warned;
    /// <summary>What only one process of a machine may do.</summary>
    private readonly CancellationTokenSource registering;
    private MeshModel? model;
    private WorkloadGroup? lookedAfter;
    private Task? loops;

    public AgentRuntime(AgentSettings settings, TimeProvider time, ILoggerFactory logs)
    {
        this.settings = settings;
        this.time = time;
        registering = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        startedAt = time.GetUtcNow();
        log = logs.CreateLogger("Mesh.VmAgent");
        accessLog = OpenAccessLog(settings);
        // No Gateways are served here, so no Secrets are read for them.
        sources = OpenSources(settings, time);
        tokens = AgentTokens.Create(settings, time);
        identity = AgentIdentity.Create(settings, tokens, time, logs);
        Readiness = new AgentReadiness(settings, time);
        Vitals = new Vitals(time);

        balancer = new UpstreamBalancer(NoEndpointHealth.Instance, time, new Random());
        // The application is called from wherever the system likes, other workloads from the workload's own address.
        // The address Istio's inbound proxy calls its application from: the application can tell it from everybody else.
        var isLocal = IPAddress.IsLoopback(settings.AppAddress) || settings.AppAddress.Equals(settings.WorkloadAddress);
        var toApp = new UpstreamConnector(identity, time, isLocal ? InboundSource : null);
        var toMesh = new UpstreamConnector(identity, time, settings.OwnAddress);
        own = WorkloadMetadata.Of(
            settings.Name, settings.Namespace, settings.Cluster, settings.Labels, settings.WorkloadGroup?.Name ?? settings.Name);
        var nodeId = $"sidecar~{settings.WorkloadAddress}~{settings.Name}.{settings.Namespace}~{settings.Namespace}.svc.cluster.local";
        peers = new PeerExchange(nodeId, own);
        tracing = new RequestTracing(own, nodeId, settings.TrustDomain);
        traces = new TraceReporting(tracing, new TraceReportingOptions
        {
            Own = own,
            Instance = settings.Name,
            Target = settings.TraceTarget,
            SamplingPercent = settings.TraceSampling,
        });
        var inbound = TelemetryOf(MetricReporter.Destination);
        var outgoing = TelemetryOf(MetricReporter.Source);
        observability = new ObservabilityFollower([(inbound, false), (outgoing, true)], accessLog, traces, log);
        keys = new RemoteKeys(time);
        Inbound = new InboundListener(
            settings.Name, identity, [settings.TrustDomain], () => targets, new JwtValidator(keys.Find, time), Pipeline(toApp, inbound, keepClientCert: true),
            new TcpForwarder(settings.Name, balancer, toApp, accessLog, time, inbound), accessLog, time);
        IPEndPoint[] doors = [.. settings.Outbound is { } proxy ? [proxy] : Array.Empty<IPEndPoint>(), .. settings.OutboundTcp.Select(spec => spec.Listen)];
        if (doors.Length > 0)
        {
            var outside = settings.OutboundUnknown == UnknownDestinations.Allow ? new OutsideDestinations(doors) : null;
            var tunnel = new ConnectTunnel(
                settings, () => state?.View, new TcpForwarder(settings.Name, balancer, toMesh, accessLog, time, outgoing), outside);
            Outbound = new OutboundListener(
                settings, () => state?.View, Pipeline(toMesh, outgoing, keepClientCert: false), tunnel, outside);
        }

        Metrics =
        [
            new IstioMetrics([inbound, outgoing]),
            new UpstreamMetrics([balancer.States], channels),
            new ProxyMetrics(Readiness.State, identity, () => state?.Snapshot, () => accessLog.Dropped, time),
        ];
        Registration = AgentRegistration.Create(settings, identity, tokens, () => state?.Group, Summary, time, logs);
        if (Registration is not null)
        {
            Registration.Changed += Readiness.Registered;
            health = new HealthReporter(
                () => state?.Group is { } known ? known.Spec.Probe : settings.Probe, settings.AppAddress.ToString(), Registration, time, logs.CreateLogger<HealthReporter>());
        }
    }

    public AgentReadiness Readiness { get; }

    /// <summary>Whether the loops of this agent still run.</summary>
    public Vitals Vitals { get; }

    public InboundListener Inbound { get; }

    public IReadOnlyList<IMetricSource> Metrics { get; }

    public IWorkloadIdentity Identity => identity;

    /// <summary>The agent's side towards the mesh, for admin pages.</summary>
    public ProxyFacet Facet => new("outbound", () => state?.View, balancer.States);

    /// <summary>Null: none was asked for.</summary>
    public OutboundListener? Outbound { get; }

    /// <summary>Null: somebody else registers this workload.</summary>
    public IRegistration? Registration { get; }

    /// <summary>Begins to read configuration; the certificate is already asked for.</summary>
    public void Start()
    {
        model = MeshModel.Start(
            sources,
            new SystemHostLookup(),
            new MeshModelOptions { TrustDomain = settings.TrustDomain, SyncDeadline = settings.SyncDeadline },
            time,
            stop.Token);
        model.Published += OnPublished;
        OnPublished(model.Current);
    }

    /// <summary>Listeners are open: now the workload may be announced.</summary>
    public void Join()
    {
        Readiness.Listening();
        var keeping = RegisterAsync();
        if (Registration is not null) Vitals.Watch("registration", keeping);
        loops = Task.WhenAll(WatchIdentityAsync(), keeping);
    }

    /// <summary>Until there is a certificate, and configuration has been read: then what is accepted can be served.</summary>
    public async Task WaitPreparedAsync(CancellationToken cancellationToken)
    {
        await identity.WaitAsync(cancellationToken).ConfigureAwait(false);
        await synced.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        // Probes that this process answers from now on hear what they would have heard of the other one.
        Readiness.Certified(identity.Current, IdentityProblem());
        Readiness.Following();
    }

    /// <summary>Goes on where the process before this one stopped; to be called before <see cref="Join"/>.</summary>
    public async Task InheritAsync(Inheritance left, CancellationToken cancellationToken)
    {
        Readiness.Inherited(left.Registered);
        if (left.Health is { } known && health is not null) await health.BeginWithAsync(known, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends what only one process may do, without taking the workload out of the mesh.</summary>
    public async Task<Inheritance> HandOverAsync(CancellationToken cancellationToken)
    {
        var isRegistered = Registration?.Status.State is RegistrationState.Registered or RegistrationState.Failing;
        if (Registration is not null) await Registration.HandOverAsync(cancellationToken).ConfigureAwait(false);
        await registering.CancelAsync().ConfigureAwait(false);
        return new Inheritance(isRegistered, health?.Last);
    }

    public AgentStatus Status()
    {
        var current = identity.Current;
        var snapshot = model?.Current;
        return new AgentStatus
        {
            Name = settings.Name,
            Version = SettingsReader.ProgramVersion(),
            Ready = Readiness.State.IsReady,
            Missing = [.. Readiness.State.Missing],
            Cluster = settings.Cluster,
            Network = settings.Network,
            Locality = settings.Locality.ToString(),
            Address = settings.WorkloadAddress.ToString(),
            Identity = new IdentityStatus(
                (current?.Id ?? new SpiffeId(settings.TrustDomain, settings.Namespace, settings.ServiceAccount)).ToString(),
                current?.NotAfter, IdentityProblem()),
            Registration = Registration is null
                ? null
                : new RegistrationSummary(
                    Registration.Status.State.ToString(), Registration.Status.Entry, settings.Register!.ToString(), Registration.Status.Message)
                {
                    Warning = AgentRegistration.WarningOf(settings, state?.Group),
                },
            Health = health?.Last is { } last ? new HealthSummary(last.Healthy, last.Reason, last.Message, last.At) : null,
            Configuration = new ConfigurationStatus(
                snapshot?.Synced ?? false, snapshot?.Version ?? 0,
                [.. settings.Sources.Select(source => source.ToString())],
                state?.View.Upstreams.Count() ?? 0,
                [.. state?.PolicyFindings ?? [], .. (snapshot?.Diagnostics ?? []).Concat(observability.Findings).Where(finding => finding.Severity >= Severity.Warning).Select(finding => finding.ToString())]),
        };
    }

    /// <summary>The access log goes on in a new file, the old one having been moved away.</summary>
    public void ReopenLogs() => accessLog.Reopen();

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        if (loops is not null) await loops.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (model is not null) await model.DisposeAsync().ConfigureAwait(false);
        if (Registration is not null) await Registration.DisposeAsync().ConfigureAwait(false);
        await keys.DisposeAsync().ConfigureAwait(false);
        foreach (var pool in channels) await pool.DisposeAsync().ConfigureAwait(false);
        if (identity is IAsyncDisposable disposable) await disposable.DisposeAsync().ConfigureAwait(false);
        tokens?.Dispose();
        await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await accessLog.DisposeAsync().ConfigureAwait(false);
        await traces.DisposeAsync().ConfigureAwait(false);
        tracing.Dispose();
        registering.Dispose();
        stop.Dispose();
    }

    /// <summary>What a cluster has said holds until it says something else, however long that takes and also after a restart.</summary>
    private static IReadOnlyList<IMeshSource> OpenSources(AgentSettings settings, TimeProvider time)
    {
        var opened = MeshSources.Open(
            settings.Sources, settings.Cluster, credentialNamespace: null, time, KubeSourceOptions.Default with { StaleLimit = null });
        if (settings.StateFolder is not { } state) return opened;
        // Before the deadline, at which the mesh would be served without the clusters that have not answered.
        var patience = settings.SyncDeadline / 4;
        return MeshSources.Remember(opened, Path.Combine(state, "last-known"), patience, time);
    }

    private static ProxyAccessLog OpenAccessLog(AgentSettings settings)
    {
        try
        {
            return new ProxyAccessLog(settings.AccessLog, settings.AccessLogFormat);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new Hosting.StartupException($"cannot write the access log {settings.AccessLog}: {error.Message}; correct --access-log", inner: error);
        }
    }

    private ProxyTelemetry TelemetryOf(MetricReporter reporter) => new(new ProxyTelemetryOptions
    {
        Reporter = reporter,
        Own = own,
        OwnId = () => identity.Current?.Id,
    });

    private HttpPipeline Pipeline(UpstreamConnector connector, ProxyTelemetry telemetry, bool keepClientCert)
    {
        var pool = new UpstreamChannels(connector, time);
        channels.Add(pool);
        return new HttpPipeline(
            new HttpPipelineOptions { Process = settings.Name, KeepForwardedClientCert = keepClientCert, Telemetry = telemetry, Peers = peers, Tracing = tracing },
            directory, balancer, new InvokerForwarding(pool), pool, accessLog, time, Random.Shared);
    }

    private void OnPublished(MeshSnapshot snapshot)
    {
        lock (publishing)
        {
            // The first call may come late, after the model has published something newer.
            if (state?.Snapshot.Version > snapshot.Version || MeshState.Of(snapshot, settings, state) is not { } next) return;
            if (AgentRegistration.WarningOf(settings, next.Group) is { } warning && warning != warned) log.Finding(warned = warning);
            targets = new InboundTargets(settings, next);
            state = next;
            Inbound.Reconsider();
            keys.Follow(next.View.Policy);
            directory.Update(next.View);
            following = FollowAsync(following, next);
        }

        TellFindings(snapshot);
        Readiness.Synced();
        synced.TrySetResult();
    }

    /// <summary>One after the other, and none of them holds up what publishes.</summary>
    private async Task FollowAsync(Task before, MeshState next)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        await observability.FollowAsync(next.Snapshot, settings.Scope with { Labels = next.Labels }).ConfigureAwait(false);
    }

    /// <summary>Each finding once, for as long as it stays.</summary>
    private void TellFindings(MeshSnapshot snapshot)
    {
        var now = snapshot.Diagnostics.Where(finding => finding.Severity >= Severity.Warning).ToImmutableHashSet();
        foreach (var finding in now.Except(told)) log.Finding(finding.ToString());
        told = now;
    }

    /// <summary>What is told of this agent in its entry.</summary>
    private AgentSummary Summary()
    {
        var snapshot = state?.Snapshot;
        return new AgentSummary(
            SettingsReader.ProgramVersion(), startedAt, identity.Current?.NotAfter, IdentityProblem() is { } problem ? $"identity: {problem}" : null,
            snapshot?.Version ?? 0, snapshot?.Diagnostics.Count(finding => finding.Severity >= Severity.Warning) ?? 0);
    }

    private string? IdentityProblem() => (identity as CaWorkloadIdentity)?.LastError;

    private async Task WatchIdentityAsync()
    {
        identity.Changed += Look;
        while (true)
        {
            Look();
            Vitals.Beat("identity");
            await Task.Delay(LookPeriod, time, stop.Token).ConfigureAwait(false);
        }

        void Look() => Readiness.Certified(identity.Current, IdentityProblem());
    }

    private async Task RegisterAsync()
    {
        if (Registration is null || health is null) return;
        // Without a certificate no call could be taken: the entry would only lead callers here in vain.
        await identity.WaitAsync(registering.Token).ConfigureAwait(false);
        // Without configuration every call would be refused, and how the application is probed is not known.
        await synced.Task.WaitAsync(registering.Token).ConfigureAwait(false);
        model!.Published += LookAfterSoon;
        await Task.WhenAll(Registration.RunAsync(registering.Token), health.RunAsync(registering.Token)).ConfigureAwait(false);
    }

    /// <summary>
    /// Does not wait for the keeper's next look: a machine joins as soon as its group is known. Other changes of the mesh are none of
    /// the entry's, and a thousand agents that ask for each of them would be a load.
    /// </summary>
    private void LookAfterSoon(MeshSnapshot snapshot)
    {
        var group = state?.Group;
        if (ReferenceEquals(Interlocked.Exchange(ref lookedAfter, group), group)) return;
        _ = LookAfterAsync();
    }

    private async Task LookAfterAsync()
    {
        try
        {
            await Registration!.LookAfterAsync(stop.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            // Stopping.
        }
    }
}
