namespace Mesh.Aws.Credentials;

/// <summary>The role of an EC2 instance, from its metadata service, version 2 only (a session token first).</summary>
internal sealed class InstanceSource(AwsEnvironment environment, HttpClient http) : ICredentialsSource
{
    private const string Roles = "latest/meta-data/iam/security-credentials/";

    public string Name => "instance metadata";

    internal Uri Endpoint
    {
        get
        {
            if (environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] is { } configured) return new Uri(configured.TrimEnd('/') + "/");
            var isIPv6 = string.Equals(environment["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"], "IPv6", StringComparison.OrdinalIgnoreCase);
            return new Uri(isIPv6 ? "http://[fd00:ec2::254]/" : "http://169.254.169.254/");
        }
    }

    public async Task<AwsCredentials?> FetchAsync(CancellationToken cancellationToken)
    {
        if (string.Equals(environment["AWS_EC2_METADATA_DISABLED"], "true", StringComparison.OrdinalIgnoreCase)) return null;
        if (await TokenAsync(cancellationToken).ConfigureAwait(false) is not { } token) return null;
        var role = await AskAsync(() => Get(Roles, token), cancellationToken).ConfigureAwait(false);
        if (string.IsNullOrWhiteSpace(role)) throw new AwsCredentialsException("this instance has no role; attach an instance profile");
        var name = role.Split('\n')[0].Trim();
        var text = await AskAsync(() => Get(Roles + name, token), cancellationToken).ConfigureAwait(false)
            ?? throw new AwsCredentialsException($"the instance metadata service gives no credentials for the role {name}");
        return CredentialsJson.Parse(text, "the instance metadata service");
    }

    /// <summary>Null where nothing answers: then this is no EC2 instance.</summary>
    private async Task<string?> TokenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(Token, cancellationToken).ConfigureAwait(false);
        }
        catch (AwsCredentialsException)
        {
            return null;
        }
    }

    private async Task<string?> AskAsync(Func<HttpRequestMessage> request, CancellationToken cancellationToken)
    {
        var (isSuccess, body) = await MetadataHttp.SendAsync(http, request, cancellationToken).ConfigureAwait(false);
        return isSuccess ? body : null;
    }

    private HttpRequestMessage Token()
    {
        var request = new HttpRequestMessage(HttpMethod.Put, new Uri(Endpoint, "latest/api/token"));
        request.Headers.Add("X-aws-ec2-metadata-token-ttl-seconds", "21600");
        return request;
    }

    private HttpRequestMessage Get(string path, string token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Endpoint, path));
        request.Headers.Add("X-aws-ec2-metadata-token", token);
        return request;
    }
}
