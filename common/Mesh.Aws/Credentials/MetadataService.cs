namespace Mesh.Aws.Credentials;

/// <summary>The metadata service of an EC2 instance, version 2 only: a session token first.</summary>
internal sealed class MetadataService(AwsEnvironment environment, HttpClient http)
{
    internal Uri Endpoint
    {
        get
        {
            if (environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] is { } configured) return new Uri(configured.TrimEnd('/') + "/");
            var isIPv6 = string.Equals(environment["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"], "IPv6", StringComparison.OrdinalIgnoreCase);
            return new Uri(isIPv6 ? "http://[fd00:ec2::254]/" : "http://169.254.169.254/");
        }
    }

    public bool IsDisabled => string.Equals(environment["AWS_EC2_METADATA_DISABLED"], "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Null where nothing answers: then this is no EC2 instance.</summary>
    public async Task<string?> TokenAsync(CancellationToken cancellationToken)
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

    /// <param name="path">Relative to the endpoint.</param>
    /// <returns>Null when there is no such thing.</returns>
    /// <exception cref="AwsCredentialsException">Nothing answers.</exception>
    public Task<string?> GetAsync(string path, string token, CancellationToken cancellationToken) => AskAsync(() => Get(path, token), cancellationToken);

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
