using Mesh.Aws.Credentials;
using Mesh.Aws.Tokens;
using Npgsql;

namespace Mesh.Payments.Storage;

/// <summary>Passwords of database users that log in with IAM: a token for one host and a quarter of an hour, signed here.</summary>
internal sealed class RdsPasswords(IAwsCredentialsProvider credentials, string region, TimeProvider time)
{
    public async ValueTask<string> GetAsync(NpgsqlConnectionStringBuilder settings, CancellationToken cancellationToken)
    {
        var signer = await credentials.GetAsync(cancellationToken).ConfigureAwait(false);
        return RdsToken.Create(settings.Host!, settings.Port, region, settings.Username!, signer, time.GetUtcNow());
    }

    /// <exception cref="NotSupportedException">Always: nothing here opens connections synchronously.</exception>
    public string Get(NpgsqlConnectionStringBuilder settings) => throw new NotSupportedException("open connections asynchronously");
}
