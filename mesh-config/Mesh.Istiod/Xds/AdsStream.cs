using Google.Protobuf;
using Grpc.Core;
using Mesh.Hosting;
using Mesh.Istiod.Protos.Xds;

namespace Mesh.Istiod.Xds;

/// <inheritdoc cref="IAdsStream"/>
internal sealed class AdsStream<TRequest, TResponse>(
    IAdsDialect<TRequest, TResponse> dialect, AsyncDuplexStreamingCall<TRequest, TResponse> call, Node node) : IAdsStream
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly Dictionary<string, AdsTypeState> types = [];

    public Task SubscribeAsync(XdsSubscription wanted, CancellationToken cancellationToken) => WriteAsync(
        () =>
        {
            if (!types.TryGetValue(wanted.TypeUrl, out var before))
            {
                var introduction = types.Count == 0 ? node : null;
                types[wanted.TypeUrl] = new AdsTypeState(wanted.TypeUrl, wanted.Names);
                return dialect.First(wanted, introduction);
            }

            if (before.Names.SequenceEqual(wanted.Names, StringComparer.Ordinal)) return null;
            var after = before with { Names = wanted.Names };
            types[wanted.TypeUrl] = after;
            return dialect.Change(before.Names, after);
        },
        cancellationToken);

    public async Task<XdsResponse?> ReadAsync(CancellationToken cancellationToken) =>
        await call.ResponseStream.MoveNext(cancellationToken).ConfigureAwait(false) ? dialect.Read(call.ResponseStream.Current) : null;

    public Task AnswerAsync(XdsResponse response, string? refusal, CancellationToken cancellationToken) => WriteAsync(
        () =>
        {
            // Nothing was asked for: an answer would subscribe.
            if (!types.TryGetValue(response.TypeUrl, out var before)) return null;
            var after = before with { Nonce = response.Nonce, AcceptedVersion = refusal is null ? response.Version : before.AcceptedVersion };
            types[response.TypeUrl] = after;
            return dialect.Answer(after, response.Nonce, refusal);
        },
        cancellationToken);

    public Task ReportAsync(HealthReport report, CancellationToken cancellationToken) => WriteAsync(
        () =>
        {
            Invariant.Holds(types.Count > 0, $"health is reported on a stream that has introduced itself (healthy: {report.Healthy})");
            return dialect.Health(report);
        },
        cancellationToken);

    public async Task CompleteAsync()
    {
        await writing.WaitAsync().ConfigureAwait(false);
        try
        {
            await call.RequestStream.CompleteAsync().ConfigureAwait(false);
        }
        finally
        {
            writing.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        call.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>One request at a time, made when it is its turn, so that what it says is what is sent last.</summary>
    private async Task WriteAsync(Func<TRequest?> make, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (make() is { } request) await call.RequestStream.WriteAsync(request, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            writing.Release();
        }
    }
}
