namespace Mesh.Aws.Credentials;

/// <summary><c>AWS_ACCESS_KEY_ID</c>, <c>AWS_SECRET_ACCESS_KEY</c> and <c>AWS_SESSION_TOKEN</c>.</summary>
internal sealed class EnvironmentSource(AwsEnvironment environment) : ICredentialsSource
{
    public string Name => "environment variables";

    public Task<AwsCredentials?> FetchAsync(CancellationToken cancellationToken)
    {
        var (id, secret) = (environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]);
        if (id is null && secret is null) return Task.FromResult<AwsCredentials?>(null);
        if (id is null || secret is null)
            throw new AwsCredentialsException("set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or neither");
        return Task.FromResult<AwsCredentials?>(new AwsCredentials(id, secret, environment["AWS_SESSION_TOKEN"]));
    }
}
