namespace Mesh.Kubernetes.Access;

/// <summary>A bearer token in a file that somebody else rotates, as the kubelet does; read again every minute.</summary>
/// <remarks>Source: client-go, transport/token_source.go.</remarks>
internal static class TokenFile
{
    private static readonly TimeSpan ReadAgain = TimeSpan.FromMinutes(1);

    public static ICredentialsSource Open(string path, TimeProvider time) => new RenewedCredentials(
        async cancellationToken =>
        {
            var token = await ReadAsync(path, cancellationToken).ConfigureAwait(false);
            return (ClusterCredentials.Bearer(token), time.GetUtcNow() + ReadAgain, null);
        },
        time);

    private static async Task<string> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var token = (await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false)).Trim();
            return token.Length > 0 ? token : throw new ClusterAccessException($"the token file {path} is empty; whoever writes it has to put a token there");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ClusterAccessException($"cannot read the token file {path}: {e.Message}", e);
        }
    }
}
