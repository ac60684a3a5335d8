using System.Net.Security;
using Grpc.Core;
using Mesh.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Istiod.Xds;

/// <summary>
/// Keeps one stream to istiod: introduces itself, asks for what its consumer wants, accepts or refuses what comes, tells health once
/// istiod has answered, and begins again when the stream ends.
/// </summary>
/// <remarks>
/// With <see cref="XdsNode.AutoRegisterGroup"/>, the stream itself is the registration: istiod makes the WorkloadEntry before its first
/// answer and removes it 10 s after the stream has ended. Source: istio pilot/pkg/autoregistration, pkg/istio-agent/xds_proxy.go.
/// </remarks>
public sealed class AdsClient(
    AdsClientOptions options, IAdsConsumer consumer, TimeProvider time, ILogger<AdsClient> log, Random? random = null) : IDisposable
{
    private readonly AdsBackoff backoff = new(options.SlowRetry, random ?? new Random());
    private readonly SemaphoreSlim telling = new(1, 1);
    private IAdsStream? open;
    private HealthReport? health;
    private bool preferToken;
    private bool leaving;

    /// <summary>Raised after <see cref="Status"/> changed. Handlers must be quick and must not throw.</summary>
    public event Action<AdsStatus>? Changed;

    public AdsStatus Status { get; private set; } = new(false, null);

    private string Address => $"{options.Address.Host}:{options.Address.Port}";

    /// <summary>Stream after stream until cancelled, or until <see cref="LeaveAsync"/> has said goodbye.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!Volatile.Read(ref leaving))
        {
            var certificate = preferToken ? null : options.ClientCertificate?.Invoke();
            var failure = await StreamAsync(certificate, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (Volatile.Read(ref leaving)) return;
            // A CA that was set up anew believes no certificate of the old one: then the token may do, or the other way round.
            var hasOther = options.HasToken && options.ClientCertificate?.Invoke() is not null;
            preferToken = hasOther && (Status.Connected ? preferToken : !preferToken);
            var wait = backoff.Next(slow: failure.IsLasting && (!hasOther || Status.Failure?.IsLasting == true));
            Set(new AdsStatus(false, failure));
            log.StreamEnded(Address, failure.Message, wait.TotalSeconds);
            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Changes what is wanted of a type on the stream that is open; the consumer names it for streams to come.</summary>
    public Task SubscribeAsync(XdsSubscription wanted, CancellationToken cancellationToken) => TellAsync(
        stream => stream?.SubscribeAsync(wanted, cancellationToken) ?? Task.CompletedTask, cancellationToken);

    /// <summary>Tells istiod how the workload is; what was said last is said again on every new stream.</summary>
    public Task ReportAsync(HealthReport report, CancellationToken cancellationToken) => TellAsync(
        async stream =>
        {
            health = report;
            if (stream is not null) await stream.ReportAsync(report, cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>Ends the stream in order, after a last word about health where one is given; no other one is begun.</summary>
    public Task LeaveAsync(HealthReport? last, CancellationToken cancellationToken) => TellAsync(
        async stream =>
        {
            Volatile.Write(ref leaving, true);
            if (stream is null) return;
            if (last is not null) await stream.ReportAsync(last, cancellationToken).ConfigureAwait(false);
            await stream.CompleteAsync().ConfigureAwait(false);
        },
        cancellationToken);

    public void Dispose() => telling.Dispose();

    /// <returns>Why it ended.</returns>
    private async Task<AdsFailure> StreamAsync(SslStreamCertificateContext? certificate, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(options.FirstResponseTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var connection = await AdsConnection.CreateAsync(options, certificate, time, either.Token).ConfigureAwait(false);
            await using var stream = connection.Open(consumer.Node().ToMessage(), either.Token);
            try
            {
                foreach (var wanted in consumer.Subscriptions()) await stream.SubscribeAsync(wanted, either.Token).ConfigureAwait(false);
                await TalkAsync(stream, patience, either.Token).ConfigureAwait(false);
            }
            finally
            {
                await CloseAsync().ConfigureAwait(false);
            }

            return new AdsFailure(AdsFailureKind.Transient, StatusCode.OK, "istiod ended the stream");
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            return new AdsFailure(AdsFailureKind.Transient, StatusCode.Cancelled, "stopped");
        }
        catch (Exception error) when (patience.IsCancellationRequested && error is RpcException or OperationCanceledException)
        {
            return new AdsFailure(
                AdsFailureKind.Transient, StatusCode.DeadlineExceeded, $"no answer within {options.FirstResponseTimeout.TotalSeconds} s");
        }
        catch (RpcException error)
        {
            if (error.StatusCode == StatusCode.Unauthenticated && certificate is null) options.Tokens?.Reject();
            return AdsFailure.Of(error, options);
        }
#pragma warning disable CA1031 // Whatever keeps the stream from working: it is told, and tried again.
        catch (Exception error) when (error is not InvariantException)
#pragma warning restore CA1031
        {
            return new AdsFailure(AdsFailureKind.Transient, StatusCode.Unavailable, error.Message);
        }
    }

    private async Task TalkAsync(IAdsStream stream, CancellationTokenSource patience, CancellationToken cancellationToken)
    {
        while (await stream.ReadAsync(cancellationToken).ConfigureAwait(false) is { } response)
        {
            await stream.AnswerAsync(response, Judge(response), cancellationToken).ConfigureAwait(false);
            if (!Status.Connected) await GreetAsync(stream, patience, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The first answer: now istiod knows the node, and listens to what it says of its health.</summary>
    private Task GreetAsync(IAdsStream stream, CancellationTokenSource patience, CancellationToken cancellationToken)
    {
        patience.CancelAfter(Timeout.InfiniteTimeSpan);
        backoff.Reset();
        log.Connected(Address, options.Protocol);
        return TellAsync(
            async _ =>
            {
                open = stream;
                if (health is { } report) await stream.ReportAsync(report, cancellationToken).ConfigureAwait(false);
                Set(new AdsStatus(true, null));
            },
            cancellationToken);
    }

    private Task CloseAsync() => TellAsync(
        _ =>
        {
            open = null;
            return Task.CompletedTask;
        },
        CancellationToken.None);

    private string? Judge(XdsResponse response)
    {
        var reason = response.Flaw() ?? Received(response);
        if (reason is not null) log.ResponseRefused(response.TypeUrl, reason);
        return reason;
    }

    private string? Received(XdsResponse response)
    {
        try
        {
            return consumer.Receive(response);
        }
#pragma warning disable CA1031 // What came from outside must not end the program; istiod is told that it could not be used.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return $"{error.GetType().Name}: {error.Message}";
        }
    }

    /// <summary>One at a time, so that what was said last is what istiod heard last.</summary>
    private async Task TellAsync(Func<IAdsStream?, Task> tell, CancellationToken cancellationToken)
    {
        await telling.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await tell(open).ConfigureAwait(false);
        }
        catch (Exception error) when (error is RpcException or InvalidOperationException or IOException)
        {
            // The stream is over, which its reader notices too: the next one begins with the same words.
        }
        finally
        {
            telling.Release();
        }
    }

    private void Set(AdsStatus next)
    {
        if (next == Status) return;
        Status = next;
        Changed?.Invoke(next);
    }
}
