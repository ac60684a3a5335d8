namespace Mesh.Aws.Credentials;

/// <summary>Keys of the profile in <c>~/.aws/credentials</c> or <c>~/.aws/config</c>.</summary>
internal sealed class ProfileSource(AwsEnvironment environment) : ICredentialsSource
{
    public string Name => $"profile {environment.ProfileName}";

    public Task<AwsCredentials?> FetchAsync(CancellationToken cancellationToken)
    {
        var profile = environment.Profile;
        var id = profile.GetValueOrDefault("aws_access_key_id");
        var secret = profile.GetValueOrDefault("aws_secret_access_key");
        if (id is not null && secret is not null)
            return Task.FromResult<AwsCredentials?>(new AwsCredentials(id, secret, profile.GetValueOrDefault("aws_session_token")));
        if (id is not null || secret is not null)
            throw new AwsCredentialsException($"the {Name} has one of aws_access_key_id and aws_secret_access_key, but not the other");
        return environment["AWS_PROFILE"] is null || profile.Count > 0
            ? Task.FromResult<AwsCredentials?>(null)
            : throw new AwsCredentialsException($"AWS_PROFILE names {environment.ProfileName}, but there is no such profile");
    }
}
