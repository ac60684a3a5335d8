using Google.Protobuf;
using Mesh.Hosting;
using Mesh.Istiod.Protos.Xds;
using Mesh.Istiod.Xds;
using Mesh.VmAgent.Health;

namespace Mesh.VmAgent.Registration;

/// <summary>
/// Registers by a stream to istiod, which makes the WorkloadEntry from the group and removes it when the stream has been gone for its
/// grace time (10 s). Health goes over the same stream.
/// </summary>
/// <remarks>Source: istio pilot/pkg/autoregistration/controller.go; recorded exchanges with a real istiod.</remarks>
public sealed class IstiodRegistration : IRegistration, IAdsConsumer
{
    private static readonly MessageParser<Listener> Listeners = Listener.Parser.WithDiscardUnknownFields(true);

    private readonly WorkloadInstance instance;
    private readonly string group;
    private readonly Func<XdsNode> node;
    private readonly string place;
    private readonly AdsClient client;
    private readonly ILogger<IstiodRegistration> log;
    private readonly Lock setting = new();
    private bool wasRegistered;
    private volatile RegistrationStatus status = new(RegistrationState.Starting, "", "not tried yet");

    /// <param name="node">Who the machine is, asked for every stream.</param>
    public IstiodRegistration(
        WorkloadInstance instance, string group, Func<XdsNode> node, AdsClientOptions options, TimeProvider time, ILoggerFactory logs)
    {
        ArgumentNullException.ThrowIfNull(options);
        (this.instance, this.group, this.node) = (instance, group, node);
        place = $"istiod at {options.Address.Host}:{options.Address.Port}";
        log = logs.CreateLogger<IstiodRegistration>();
        client = new AdsClient(options, this, time, logs.CreateLogger<AdsClient>());
        client.Changed += OnChanged;
    }

    public event Action<RegistrationStatus>? Changed;

    public RegistrationStatus Status => status;

    private bool IsOver => status.State is RegistrationState.Left or RegistrationState.HandedOver;

    private string Entry => $"{instance.Namespace}/{WorkloadEntryBuilder.Name(group, instance)}";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        log.Registering(Entry, place);
        await client.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Nothing: istiod reads the group itself.</summary>
    public Task LookAfterAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task ReportHealthAsync(HealthChange change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        log.HealthChanged(change.Healthy ? "healthy" : "unhealthy", change.Message);
        return client.ReportAsync(new HealthReport(change.Healthy, change.Healthy ? "" : $"{change.Reason}: {change.Message}"), cancellationToken);
    }

    /// <remarks>Without a last word: istiod keeps the entry for its grace time, within which the other process has a stream.</remarks>
    public async Task HandOverAsync(CancellationToken cancellationToken)
    {
        if (IsOver) return;
        Set(RegistrationState.HandedOver, "handed over: another process of this machine keeps the stream");
        await client.LeaveAsync(null, cancellationToken).ConfigureAwait(false);
        log.RegistrationHandedOver(Entry, place);
    }

    /// <remarks>
    /// The last word is that the workload is not healthy: with it others stop calling within a tenth of a second, while a stream that
    /// only ended leaves the endpoint for the whole grace time.
    /// </remarks>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        if (IsOver) return;
        Set(RegistrationState.Left, "left: istiod removes the entry");
        await client.LeaveAsync(new HealthReport(false, "Leaving: the machine is going away"), cancellationToken).ConfigureAwait(false);
        log.Deregistered(Entry, place);
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    XdsNode IAdsConsumer.Node()
    {
        var current = node();
        Invariant.Holds(current.AutoRegisterGroup == group, $"the node registers under {current.AutoRegisterGroup}, not {group}");
        return current;
    }

    /// <remarks>Of all types istiod answers listeners to everybody, and Istio's own agent asks for them first as well.</remarks>
    IReadOnlyList<XdsSubscription> IAdsConsumer.Subscriptions() => [XdsSubscription.ToAll(XdsTypes.Listener)];

    /// <summary>Listeners are not used; that they are ones is checked all the same, so that a broken istiod is told so.</summary>
    string? IAdsConsumer.Receive(XdsResponse response)
    {
        foreach (var resource in response.Resources)
            if (Listeners.ParseFrom(resource.Value).Name.Length == 0) return "a listener has no name";
        return null;
    }

    private void OnChanged(AdsStatus next)
    {
        if (next.Connected) Set(RegistrationState.Registered, $"registered by {place}");
        else if (next.Failure is { } failure) Set(StateOf(failure.Kind), $"{place}: {failure.Message}{Consequence()}");
    }

    private static RegistrationState StateOf(AdsFailureKind kind) => kind switch
    {
        AdsFailureKind.NoGroup => RegistrationState.WaitingForGroup,
        AdsFailureKind.NotAuthenticated or AdsFailureKind.Refused => RegistrationState.Refused,
        _ => RegistrationState.Failing,
    };

    private string Consequence() => wasRegistered ? "; istiod removes the entry 10 s after the stream ended, and makes it anew when it is back" : "; trying again";

    private void Set(RegistrationState state, string message)
    {
        lock (setting)
        {
            if (IsOver) return;
            var next = new RegistrationStatus(state, Entry, message);
            if (next == status) return;
            wasRegistered |= state == RegistrationState.Registered;
            status = next;
        }

        log.RegistrationChanged(
            state is RegistrationState.Registered or RegistrationState.Left ? LogLevel.Information : LogLevel.Warning, state, message);
        Changed?.Invoke(status);
    }
}
