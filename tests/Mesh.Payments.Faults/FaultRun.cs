using System.Globalization;
using Mesh.Payments.Faults.Checking;
using Mesh.Payments.Faults.Load;
using Mesh.Payments.Faults.Processes;
using Mesh.Payments.Faults.Records;

namespace Mesh.Payments.Faults;

/// <summary>Replicas of the service on one store, an acquirer that is never killed, and clients that pay all the time.</summary>
public sealed class FaultRun : IAsyncDisposable
{
    private readonly FaultSettings settings;
    private readonly AcquirerProcess? acquirer;
    private readonly List<ServiceProcess> replicas = [];
    private readonly List<PaymentClient> clients = [];
    private readonly List<string> clientLogs = [];
    private readonly List<Task> load = [];
    private readonly AckClock clock = new();
    private readonly CancellationTokenSource stop = new();

    public FaultRun(FaultSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        this.settings = settings;
        if (settings.HasAcquirer) acquirer = new AcquirerProcess(settings.Folder, "--late-after", "400ms");
        string[] toAcquirer = acquirer is null ? [] : ["--acquirer", acquirer.Address.GetLeftPart(UriPartial.Authority), "--acquirer-timeout", "1s"];
        for (var i = 0; i < settings.Replicas; i++)
        {
            replicas.Add(new ServiceProcess("mesh-payments", FreePort.Next(),
                ["--store", settings.Store, "--name", Name("payments", i), "--log-level", "warning", .. toAcquirer]));
        }
    }

    /// <summary>Decisions the clients got so far.</summary>
    public int Acknowledged => clock.Count;

    /// <summary>Starts acquirer and replicas, then the clients.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (acquirer is not null) await acquirer.StartReadyAsync(cancellationToken);
        await Task.WhenAll(replicas.Select(replica => replica.StartReadyAsync(cancellationToken)));
        for (var i = 0; i < settings.Clients; i++)
        {
            var log = Path.Combine(settings.Folder, Name("client", i) + ".jsonl");
            clientLogs.Add(log);
            // Each begins with another replica.
            var order = replicas.Skip(i % replicas.Count).Concat(replicas.Take(i % replicas.Count)).Select(replica => replica.Address);
            var client = new PaymentClient(order, log, clock, TimeProvider.System);
            clients.Add(client);
            var shopper = new Shopper(client, new Random(settings.Seed + i));
            load.Add(Task.Run(() => shopper.RunAsync(stop.Token, cancellationToken), cancellationToken));
        }
    }

    /// <summary>Until the clients got so many more decisions.</summary>
    public async Task MoreAsync(int count, CancellationToken cancellationToken)
    {
        var target = clock.Count + count;
        await Eventually.HoldsAsync(() => clock.Count >= target || load.Exists(task => task.IsFaulted), cancellationToken);
        foreach (var task in load.Where(task => task.IsFaulted)) await task;
    }

    /// <summary>SIGKILL for the first so many replicas, which are then started again and ready.</summary>
    public async Task KillReplicasAsync(int count, CancellationToken cancellationToken)
    {
        var killed = replicas.Take(count).ToList();
        await Task.WhenAll(killed.Select(replica => replica.KillAsync(cancellationToken)));
        await Task.WhenAll(killed.Select(replica => replica.StartReadyAsync(cancellationToken)));
    }

    /// <summary>Does something bad in the middle of load.</summary>
    /// <returns>The longest time without an acknowledgement from its beginning until clients got ten more after its end.</returns>
    public async Task<TimeSpan> OutageAsync(Func<Task> fault, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(fault);
        var began = TimeProvider.System.GetTimestamp();
        await fault();
        await MoreAsync(10, cancellationToken);
        return clock.LongestGap(began);
    }

    /// <summary>Lets the clients finish what they began and the service decide what is open, then has all records checked.</summary>
    public async Task<FaultReport> FinishAsync(CancellationToken cancellationToken)
    {
        await stop.CancelAsync();
        await Task.WhenAll(load);
        var ledger = await Ledger.ReadAsync(settings.Store, cancellationToken);
        // What is open after two minutes stays in the ledger that is checked, which says so.
        var began = TimeProvider.System.GetTimestamp();
        while (ledger.Undecided > 0 && TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromMinutes(2))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
            ledger = await Ledger.ReadAsync(settings.Store, cancellationToken);
        }

        var operations = acquirer is null ? null : AcquirerLog.Read(acquirer.Log);
        var history = new History(ClientLog.Read(clientLogs), operations, ledger);
        return new FaultReport(Checker.Check(history), clock.Count, ledger.Payments.Count, operations?.Count ?? 0,
            [.. replicas.Select(replica => replica.LastWords)]);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        foreach (var replica in replicas) await replica.DisposeAsync();
        foreach (var client in clients) client.Dispose();
        if (acquirer is not null) await acquirer.DisposeAsync();
        stop.Dispose();
    }

    private static string Name(string word, int number) => string.Create(CultureInfo.InvariantCulture, $"{word}-{number}");
}
