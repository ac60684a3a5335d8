namespace Mesh.Aws.Credentials;

/// <summary>Gives credentials that are valid now.</summary>
public interface IAwsCredentialsProvider
{
    /// <exception cref="AwsCredentialsException">There are none.</exception>
    ValueTask<AwsCredentials> GetAsync(CancellationToken cancellationToken);
}
