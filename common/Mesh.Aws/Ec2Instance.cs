using Mesh.Aws.Credentials;

namespace Mesh.Aws;

/// <summary>The EC2 instance that this process runs on.</summary>
public static class Ec2Instance
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>Asks the instance metadata service for the instance id, as <c>i-0123456789abcdef0</c>.</summary>
    /// <returns>Null when nothing answers within two seconds, or something else than an instance id.</returns>
    public static async Task<string?> FindIdAsync(AwsEnvironment environment, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = Limit }) { Timeout = Limit };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        var service = new MetadataService(environment, http);
        try
        {
            if (service.IsDisabled || await service.TokenAsync(limit.Token).ConfigureAwait(false) is not { } token) return null;
            var id = (await service.GetAsync("latest/meta-data/instance-id", token, limit.Token).ConfigureAwait(false))?.Trim();
            return IsId(id) ? id : null;
        }
        catch (Exception exception) when (exception is AwsCredentialsException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Whether a text has the form of an instance id: <c>i-</c> and 8 or 17 hexadecimal digits.</summary>
    public static bool IsId(string? text) =>
        text is { Length: 10 or 19 } && text.StartsWith("i-", StringComparison.Ordinal) && text.Skip(2).All(char.IsAsciiHexDigitLower);
}
