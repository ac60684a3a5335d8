using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Mesh.Aws.Credentials;
using Mesh.Aws.Signing;
using Mesh.Aws.Tests.Support;
using Mesh.Aws.Tokens;

namespace Mesh.Aws.Tests.Tokens;

/// <summary>Tokens against those that AWS's own tool makes of the same credentials at the same time.</summary>
public sealed class TokenTests
{
    private const string Prefix = "k8s-aws-v1.";

    public static TheoryData<string?> SessionTokens => new((string?)null, "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVz+a==");

    [Theory]
    [MemberData(nameof(SessionTokens))]
    public async Task The_token_for_a_cluster_is_the_one_of_aws_eks_get_token(string? sessionToken)
    {
        var credentials = Credentials(sessionToken);
        var output = await AwsCli.RunAsync(credentials, "eks", "get-token", "--cluster-name", "prod-a", "--region", "eu-west-1");
        using var json = JsonDocument.Parse(output);
        var theirs = json.RootElement.GetProperty("status").GetProperty("token").GetString()!;

        var ours = EksToken.Create(new Uri("https://sts.eu-west-1.amazonaws.com/"), "eu-west-1", "prod-a", credentials, TimeOf(Address(theirs)));

        Assert.Equal(Parts(Address(theirs)), Parts(Address(ours)));
    }

    [Theory]
    [MemberData(nameof(SessionTokens))]
    public async Task The_password_for_a_database_is_the_one_of_aws_rds_generate_db_auth_token(string? sessionToken)
    {
        const string Host = "payments.cluster-abc.eu-west-1.rds.amazonaws.com";
        var credentials = Credentials(sessionToken);
        var output = await AwsCli.RunAsync(credentials, "rds", "generate-db-auth-token",
            "--hostname", Host, "--port", "5432", "--username", "payments+app", "--region", "eu-west-1");
        var theirs = output.Trim();

        var ours = RdsToken.Create(Host, 5432, "eu-west-1", "payments+app", credentials, TimeOf(new Uri("https://" + theirs)));

        Assert.StartsWith($"{Host}:5432/?Action=connect", ours);
        Assert.Equal(Parts(new Uri("https://" + theirs)), Parts(new Uri("https://" + ours)));
    }

    private static AwsCredentials Credentials(string? sessionToken) => new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", sessionToken);

    private static Uri Address(string token)
    {
        Assert.StartsWith(Prefix, token);
        Assert.DoesNotContain('=', token);
        return new Uri(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.AsSpan(Prefix.Length))));
    }

    /// <summary>Address and parameters; their order means nothing, since they are sorted to be signed.</summary>
    private static List<string> Parts(Uri address) =>
        [address.GetLeftPart(UriPartial.Path), .. CanonicalQuery.Parse(address.Query).Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal)];

    private static DateTimeOffset TimeOf(Uri address) => DateTimeOffset.ParseExact(
        CanonicalQuery.Parse(address.Query).Single(pair => pair.Key == "X-Amz-Date").Value, "yyyyMMdd'T'HHmmss'Z'",
        CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
