namespace Mesh.Aws.Credentials;

/// <summary>
/// Looks for credentials where AWS's SDKs do, in their order, and keeps them: environment variables, a web identity token (IAM
/// roles for service accounts), the profile, the container endpoint (EKS Pod Identity, ECS), the instance's role.
/// </summary>
/// <remarks>
/// Credentials are replaced well before they expire. When that fails, the old ones are used to their end and a new attempt is
/// made after a pause, so that a short failure of STS or the metadata service is no failure of ours. Profiles that
/// assume other roles, run a process or log in by SSO are not read.
/// </remarks>
public sealed class AwsCredentialsChain : IAwsCredentialsProvider, IDisposable
{
    /// <summary>How long before their end credentials are replaced.</summary>
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(10);

    /// <summary>Credentials closer to their end than this are not given out.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>Short: where there is no metadata service, nothing refuses the connection either.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(1);

    private readonly TimeProvider time;
    private readonly HttpClient http;
    private readonly ICredentialsSource[] sources;
    private readonly SemaphoreSlim fetching = new(1);
    private volatile AwsCredentials? current;
    private DateTimeOffset retryAfter;

    public AwsCredentialsChain(AwsEnvironment environment, TimeProvider time)
    {
        this.time = time;
        // No proxy: the endpoints of containers and machines are beside this process.
        http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = ConnectTimeout }) { Timeout = Timeout };
        sources =
        [
            new EnvironmentSource(environment), new WebIdentitySource(environment, http), new ProfileSource(environment),
            new ContainerSource(environment, http), new InstanceSource(environment, http),
        ];
    }

    public async ValueTask<AwsCredentials> GetAsync(CancellationToken cancellationToken)
    {
        if (current is { } fresh && !IsDue(fresh)) return fresh;
        await fetching.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var now = time.GetUtcNow();
            if (current is { } kept && (!IsDue(kept) || (now < retryAfter && IsUsable(kept)))) return kept;
            current = await FetchAsync(cancellationToken).ConfigureAwait(false);
            // Some places give what they have cached, however soon it ends.
            if (IsDue(current)) retryAfter = now + RetryPause;
            return current;
        }
        catch (AwsCredentialsException) when (current is { } old && IsUsable(old))
        {
            retryAfter = time.GetUtcNow() + RetryPause;
            return old;
        }
        finally
        {
            fetching.Release();
        }
    }

    public void Dispose()
    {
        http.Dispose();
        fetching.Dispose();
    }

    private bool IsDue(AwsCredentials credentials) => time.GetUtcNow() >= credentials.Expiration - Early;

    private bool IsUsable(AwsCredentials credentials) => !(time.GetUtcNow() >= credentials.Expiration - Margin);

    private async Task<AwsCredentials> FetchAsync(CancellationToken cancellationToken)
    {
        foreach (var source in sources)
        {
            if (await source.FetchAsync(cancellationToken).ConfigureAwait(false) is not { } found) continue;
            return IsUsable(found) ? found : throw new AwsCredentialsException($"the credentials of the {source.Name} expired at {found.Expiration:O}");
        }

        throw new AwsCredentialsException(
            $"there are no AWS credentials; looked for them in {string.Join(", ", sources.Select(source => source.Name))}");
    }
}
