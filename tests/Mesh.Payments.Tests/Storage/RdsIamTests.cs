using System.Web;
using Mesh.Aws;
using Mesh.Aws.Credentials;
using Mesh.Hosting;
using Mesh.Payments.Storage;
using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Storage;

public sealed class RdsIamTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_password_is_a_token_for_the_host_that_is_connected_to()
    {
        using var server = new FakePostgres("localhost");
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("root.pem"), server.CertificatePem, Token);
        using var aws = new AwsCredentialsChain(Environment("AKIDEXAMPLE"), TimeProvider.System);
        var address = Address($"Port={server.Port};Root Certificate={folder.File("root.pem")}");

        var exception = await Assert.ThrowsAsync<StartupException>(
            async () => await address.OpenAsync(new RdsPasswords(aws, "eu-west-1", TimeProvider.System), Token));

        Assert.Contains("rds-db:connect", exception.Message);
        var token = await server.Password.WaitAsync(TimeSpan.FromSeconds(90), Token);
        Assert.StartsWith($"localhost:{server.Port}/?Action=connect&DBUser=app&", token);
        var parameters = HttpUtility.ParseQueryString(token[token.IndexOf('?', StringComparison.Ordinal)..]);
        Assert.EndsWith("/eu-west-1/rds-db/aws4_request", parameters["X-Amz-Credential"]);
        Assert.Equal("900", parameters["X-Amz-Expires"]);
    }

    [Fact]
    public async Task Without_credentials_the_message_says_where_they_were_looked_for()
    {
        using var server = new FakePostgres("localhost");
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("root.pem"), server.CertificatePem, Token);
        using var aws = new AwsCredentialsChain(Environment(null), TimeProvider.System);
        var address = Address($"Port={server.Port};Root Certificate={folder.File("root.pem")}");

        var exception = await Assert.ThrowsAsync<StartupException>(
            async () => await address.OpenAsync(new RdsPasswords(aws, "eu-west-1", TimeProvider.System), Token));

        Assert.True(exception.Message.Contains("there are no AWS credentials", StringComparison.Ordinal), exception.ToString());
    }

    private static StoreAddress Address(string more) => StoreAddress.Parse($"postgres:Host=localhost;Database=x;Username=app;SSL Mode=VerifyFull;{more}");

    private static AwsEnvironment Environment(string? keyId) => new(name => name switch
    {
        "AWS_ACCESS_KEY_ID" => keyId,
        "AWS_SECRET_ACCESS_KEY" => keyId is null ? null : "secret",
        "AWS_EC2_METADATA_DISABLED" => "true",
        "HOME" => "/nowhere",
        _ => null,
    });
}
