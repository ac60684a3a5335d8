using System.Text;

namespace Mesh.Aws.Credentials;

/// <summary>What requests are signed with. Its text shows the key id only.</summary>
/// <param name="SessionToken">For temporary credentials.</param>
/// <param name="Expiration">Null for credentials that stay valid.</param>
public sealed record AwsCredentials(string AccessKeyId, string SecretAccessKey, string? SessionToken = null, DateTimeOffset? Expiration = null)
{
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(System.Globalization.CultureInfo.InvariantCulture, $"{nameof(AccessKeyId)} = {AccessKeyId}, {nameof(Expiration)} = {Expiration:O}");
        return true;
    }
}
