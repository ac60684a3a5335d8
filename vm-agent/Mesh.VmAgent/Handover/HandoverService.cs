using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Mesh.VmAgent.Handover;

/// <summary>
/// On SIGUSR2 this process starts the program that is installed now, gives it the listening sockets, waits until it serves, leaves the
/// registration to it, and ends when its own last connection has ended. Nothing is refused, nothing is closed, the entry stays.
/// </summary>
/// <param name="release">Ends what only one process may do, without taking the workload out of the mesh.</param>
/// <param name="tellManager">Tells the process manager which process is the main one now.</param>
/// <param name="end">Ends this process in order.</param>
internal sealed class HandoverService(
    HandoverOptions options,
    ListenerSockets sockets,
    HandoverTransport transport,
    ConnectionDrain connections,
    Func<CancellationToken, Task<Inheritance>> release,
    Action<int> tellManager,
    Action end,
    TimeProvider time,
    ILogger log) : BackgroundService
{
    private const PosixSignal UserSignal2 = (PosixSignal)12;

    private readonly Channel<bool> asked = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private PosixSignalRegistration? registration;

    /// <summary>From here on the signal does not end the process.</summary>
    public void Listen() => registration = PosixSignalRegistration.Create(UserSignal2, signal =>
    {
        signal.Cancel = true;
        asked.Writer.TryWrite(true);
    });

    public override void Dispose()
    {
        registration?.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var _ in asked.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
        {
            if (!await HandOverAsync(stoppingToken).ConfigureAwait(false)) continue;
            await LeaveAsync(stoppingToken).ConfigureAwait(false);
            return;
        }
    }

    /// <returns>False: this process goes on as if nothing had been.</returns>
    private async Task<bool> HandOverAsync(CancellationToken cancellationToken)
    {
        log.HandingOver(options.Program);
        using var limit = new CancellationTokenSource(options.ReadyLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var successor = Successor.Start(options.Program, options.Arguments, sockets.Descriptors);
            await using (successor.ConfigureAwait(false))
            {
                await successor.WaitReadyAsync(either.Token).ConfigureAwait(false);
                tellManager(successor.ProcessId);
                await successor.YieldAsync(await release(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
                log.HandedOver(successor.ProcessId);
            }

            return true;
        }
        catch (IOException error)
        {
            log.NotHandedOver(error.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            log.NotHandedOver($"the new process was not ready within {options.ReadyLimit.TotalSeconds} s and was ended; what it waited for stands above in the log");
        }

        return false;
    }

    private async Task LeaveAsync(CancellationToken cancellationToken)
    {
        await transport.StopAcceptingAsync().ConfigureAwait(false);
        sockets.Dispose();
        connections.BeginLeaving();
        log.Draining(connections.Count, options.DrainLimit.TotalSeconds);
        using var limit = new CancellationTokenSource(options.DrainLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await connections.WaitForNoneAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            log.DrainCutOff(connections.Count);
        }

        end();
    }
}
