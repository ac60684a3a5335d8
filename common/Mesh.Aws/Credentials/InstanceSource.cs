namespace Mesh.Aws.Credentials;

/// <summary>The role of an EC2 instance, from its metadata service.</summary>
internal sealed class InstanceSource(AwsEnvironment environment, HttpClient http) : ICredentialsSource
{
    private const string Roles = "latest/meta-data/iam/security-credentials/";

    private readonly MetadataService service = new(environment, http);

    public string Name => "instance metadata";

    internal Uri Endpoint => service.Endpoint;

    public async Task<AwsCredentials?> FetchAsync(CancellationToken cancellationToken)
    {
        if (service.IsDisabled) return null;
        if (await service.TokenAsync(cancellationToken).ConfigureAwait(false) is not { } token) return null;
        var role = await service.GetAsync(Roles, token, cancellationToken).ConfigureAwait(false);
        if (string.IsNullOrWhiteSpace(role)) throw new AwsCredentialsException("this instance has no role; attach an instance profile");
        var name = role.Split('\n')[0].Trim();
        var text = await service.GetAsync(Roles + name, token, cancellationToken).ConfigureAwait(false)
            ?? throw new AwsCredentialsException($"the instance metadata service gives no credentials for the role {name}");
        return CredentialsJson.Parse(text, "the instance metadata service");
    }
}
