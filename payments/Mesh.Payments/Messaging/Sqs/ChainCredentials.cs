using Amazon.Runtime;
using Mesh.Aws.Credentials;

namespace Mesh.Payments.Messaging.Sqs;

/// <summary>Gives AWS's SDK the credentials that everything else here uses.</summary>
internal sealed class ChainCredentials(IAwsCredentialsProvider provider) : AWSCredentials
{
    public override async Task<ImmutableCredentials> GetCredentialsAsync() => Of(await provider.GetAsync(CancellationToken.None).ConfigureAwait(false));

    /// <summary>The SDK's signer asks this way; it waits only when new credentials are due.</summary>
    public override ImmutableCredentials GetCredentials() => Of(provider.GetAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult());

    private static ImmutableCredentials Of(AwsCredentials credentials) =>
        new(credentials.AccessKeyId, credentials.SecretAccessKey, credentials.SessionToken);
}
