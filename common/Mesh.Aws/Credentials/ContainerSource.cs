using System.Net;

namespace Mesh.Aws.Credentials;

/// <summary>
/// The endpoint beside a container: EKS Pod Identity (<c>AWS_CONTAINER_CREDENTIALS_FULL_URI</c> with a token file) and ECS
/// (<c>AWS_CONTAINER_CREDENTIALS_RELATIVE_URI</c>).
/// </summary>
internal sealed class ContainerSource(AwsEnvironment environment, HttpClient http) : ICredentialsSource
{
    private static readonly Uri Ecs = new("http://169.254.170.2");

    /// <summary>Where plain HTTP stays on the machine: ECS, and the Pod Identity agent over IPv4 and IPv6.</summary>
    private static readonly IPAddress[] PlainHosts =
        [IPAddress.Parse("169.254.170.2"), IPAddress.Parse("169.254.170.23"), IPAddress.Parse("fd00:ec2::23")];

    public string Name => "container endpoint";

    public async Task<AwsCredentials?> FetchAsync(CancellationToken cancellationToken)
    {
        if (Address() is not { } address) return null;
        var token = await TokenAsync(cancellationToken).ConfigureAwait(false);
        var (isSuccess, text) = await MetadataHttp.SendAsync(http, () => Request(address, token), cancellationToken).ConfigureAwait(false);
        return isSuccess
            ? CredentialsJson.Parse(text, $"the container endpoint {address.Authority}")
            : throw new AwsCredentialsException(
                $"the container endpoint {address.Authority} refuses credentials; see that the service account is associated with a role");
    }

    private Uri? Address()
    {
        if (environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] is { } path) return new Uri(Ecs, path);
        if (environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] is not { } full) return null;
        if (!Uri.TryCreate(full, UriKind.Absolute, out var address) || !IsAllowed(address))
        {
            throw new AwsCredentialsException(
                $"AWS_CONTAINER_CREDENTIALS_FULL_URI is {full}; it must be https, or http to this machine or the agent beside it");
        }

        return address;
    }

    /// <summary>The token must not travel in plain text to another machine.</summary>
    private static bool IsAllowed(Uri address) => address.Scheme == Uri.UriSchemeHttps
        || (address.Scheme == Uri.UriSchemeHttp && (address.IsLoopback
            || (IPAddress.TryParse(address.DnsSafeHost, out var ip) && (IPAddress.IsLoopback(ip) || PlainHosts.Contains(ip)))));

    private async Task<string?> TokenAsync(CancellationToken cancellationToken) =>
        environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] is { } file
            ? await TokenFiles.ReadAsync(file, cancellationToken).ConfigureAwait(false)
            : environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"];

    private static HttpRequestMessage Request(Uri address, string? token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", token);
        return request;
    }
}
