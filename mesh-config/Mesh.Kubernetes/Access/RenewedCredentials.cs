namespace Mesh.Kubernetes.Access;

/// <summary>
/// Keeps credentials until they are due and fetches new ones, one fetch at a time. When a fetch fails, the old ones are used to
/// their end and it is tried again after a pause: a short failure of who issues them is none of ours.
/// </summary>
/// <param name="fetch">Gives credentials, when to replace them, and when they end (null: never).</param>
internal sealed class RenewedCredentials(
    Func<CancellationToken, Task<(ClusterCredentials Credentials, DateTimeOffset? RenewAt, DateTimeOffset? EndsAt)>> fetch,
    TimeProvider time) : ICredentialsSource, IDisposable
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _fetching = new(1);
    private volatile State? _current;

    public async ValueTask<ClusterCredentials> GetAsync(CancellationToken cancellationToken)
    {
        if (_current is { } fresh && !IsDue(fresh)) return fresh.Credentials;
        await _fetching.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_current is { } other && !IsDue(other)) return other.Credentials;
            var (credentials, renewAt, endsAt) = await fetch(cancellationToken).ConfigureAwait(false);
            _current = new State(credentials, renewAt, endsAt, false);
            return credentials;
        }
        catch (ClusterAccessException) when (_current is { Refused: false } old && !(time.GetUtcNow() >= old.EndsAt))
        {
            _current = old with { RenewAt = time.GetUtcNow() + RetryPause };
            return old.Credentials;
        }
        finally
        {
            _fetching.Release();
        }
    }

    public void Reject(ClusterCredentials refused)
    {
        if (_current is { } current && ReferenceEquals(current.Credentials, refused)) _current = current with { Refused = true };
    }

    public void Dispose() => _fetching.Dispose();

    private bool IsDue(State state) => state.Refused || time.GetUtcNow() >= state.RenewAt;

    private sealed record State(ClusterCredentials Credentials, DateTimeOffset? RenewAt, DateTimeOffset? EndsAt, bool Refused);
}
