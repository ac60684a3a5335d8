using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Mesh.Aws.Credentials;
using Mesh.Aws.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Aws.Tests.Credentials;

public sealed class AwsCredentialsChainTests : IDisposable
{
    private readonly TestEnvironment environment = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly AwsCredentialsChain chain;

    public AwsCredentialsChainTests() => chain = new AwsCredentialsChain(environment.Environment, time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        chain.Dispose();
        environment.Dispose();
    }

    [Fact]
    public async Task Environment_variables_come_first()
    {
        environment["AWS_ACCESS_KEY_ID"] = "AKIDENV";
        environment["AWS_SECRET_ACCESS_KEY"] = "secret";
        environment["AWS_SESSION_TOKEN"] = "session";
        environment.Write(".aws/credentials", "[default]\naws_access_key_id = AKIDFILE\naws_secret_access_key = x\n");

        Assert.Equal(new AwsCredentials("AKIDENV", "secret", "session"), await chain.GetAsync(Token));
    }

    [Fact]
    public async Task Half_of_a_key_is_refused_with_the_name_of_the_other_half()
    {
        environment["AWS_ACCESS_KEY_ID"] = "AKIDENV";

        var exception = await Assert.ThrowsAsync<AwsCredentialsException>(async () => await chain.GetAsync(Token));

        Assert.Contains("AWS_SECRET_ACCESS_KEY", exception.Message);
    }

    [Fact]
    public async Task A_profile_is_read_from_both_files()
    {
        environment["AWS_PROFILE"] = "payments";
        environment.Write(".aws/config", "[default]\nregion = us-east-1\n[profile   payments]\nregion = eu-west-1 # Ireland\nsts =\n  nested = 1\n");
        environment.Write(".aws/credentials",
            "# keys\n[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = no\n\n" +
            "[payments]\nAWS_ACCESS_KEY_ID=AKIDPAYMENTS\naws_secret_access_key = a/b#c;d=e\naws_session_token = t\n");

        Assert.Equal(new AwsCredentials("AKIDPAYMENTS", "a/b#c;d=e", "t"), await chain.GetAsync(Token));
        Assert.Equal("eu-west-1", environment.Environment.Region);
    }

    [Fact]
    public async Task A_profile_that_does_not_exist_is_an_error_and_not_passed_over()
    {
        environment["AWS_PROFILE"] = "paymets";

        var exception = await Assert.ThrowsAsync<AwsCredentialsException>(async () => await chain.GetAsync(Token));

        Assert.Contains("paymets", exception.Message);
    }

    [Fact]
    public async Task A_web_identity_token_is_exchanged_at_sts_and_read_anew_each_time()
    {
        var seen = new List<string>();
        await using var sts = await FakeEndpoint.StartAsync(async context =>
        {
            var form = await context.Request.ReadFormAsync(Token);
            seen.Add($"{context.Request.Method} {form["Action"]} {form["Version"]} {form["RoleArn"]} {form["WebIdentityToken"]}");
            return StsAnswer($"ASIA{seen.Count}", time.GetUtcNow().AddHours(1));
        });
        var file = environment.Write("token", "first\n");
        environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = file;
        environment["AWS_ROLE_ARN"] = "arn:aws:iam::111122223333:role/payments";
        environment["AWS_REGION"] = "eu-west-1";
        environment["AWS_ENDPOINT_URL_STS"] = sts.Address;

        Assert.Equal(new AwsCredentials("ASIA1", "secret", "session", time.GetUtcNow().AddHours(1)), await chain.GetAsync(Token));
        await File.WriteAllTextAsync(file, "second", Token);
        time.Advance(TimeSpan.FromMinutes(49));
        Assert.Equal("ASIA1", (await chain.GetAsync(Token)).AccessKeyId);
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("ASIA2", (await chain.GetAsync(Token)).AccessKeyId);

        const string Asked = "POST AssumeRoleWithWebIdentity 2011-06-15 arn:aws:iam::111122223333:role/payments";
        Assert.Equal([$"{Asked} first", $"{Asked} second"], seen);
    }

    [Fact]
    public async Task What_sts_refuses_is_told_with_its_reason()
    {
        await using var sts = await FakeEndpoint.StartAsync(context =>
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.FromResult(
                "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>AccessDenied</Code>" +
                "<Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error></ErrorResponse>");
        });
        environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = environment.Write("token", "t");
        environment["AWS_ROLE_ARN"] = "arn:aws:iam::111122223333:role/payments";
        environment["AWS_REGION"] = "eu-west-1";
        environment["AWS_ENDPOINT_URL_STS"] = sts.Address;

        var exception = await Assert.ThrowsAsync<AwsCredentialsException>(async () => await chain.GetAsync(Token));

        Assert.Contains("role/payments: AccessDenied: Not authorized", exception.Message);
        Assert.Equal(1, sts.Requests);
    }

    [Fact]
    public async Task Pod_identity_is_asked_with_the_token_of_its_file()
    {
        string? authorization = null;
        await using var agent = await FakeEndpoint.StartAsync(context =>
        {
            authorization = context.Request.Headers.Authorization;
            return Task.FromResult(Json("ASIAPOD", time.GetUtcNow().AddHours(6)));
        });
        environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = $"{agent.Address}/v1/credentials";
        environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = environment.Write("token", "pod-token\n");

        Assert.Equal("ASIAPOD", (await chain.GetAsync(Token)).AccessKeyId);
        Assert.Equal("pod-token", authorization);
    }

    [Theory]
    [InlineData("http://169.254.170.23.example.com/v1")]
    [InlineData("http://10.0.0.1/v1")]
    [InlineData("ftp://127.0.0.1/v1")]
    public async Task A_container_token_is_never_sent_in_plain_text_to_another_machine(string address)
    {
        environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = address;
        environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "t";

        var exception = await Assert.ThrowsAsync<AwsCredentialsException>(async () => await chain.GetAsync(Token));

        Assert.Contains(address, exception.Message);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task An_instance_gives_its_roles_credentials_for_a_session_token_only(string listen)
    {
        var address = IPAddress.Parse(listen);
        Assert.SkipUnless(address.AddressFamily == AddressFamily.InterNetwork || Socket.OSSupportsIPv6, "no IPv6 on this machine");
        await using var metadata = await FakeEndpoint.StartAsync(context => Task.FromResult(Metadata(context)), address);
        environment["AWS_EC2_METADATA_DISABLED"] = "false";
        environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = metadata.Address;

        Assert.Equal("ASIAEC2", (await chain.GetAsync(Token)).AccessKeyId);
    }

    [Fact]
    public void The_metadata_service_has_its_documented_addresses()
    {
        using var http = new HttpClient();
        Assert.Equal("http://169.254.169.254/", new InstanceSource(environment.Environment, http).Endpoint.AbsoluteUri);
        environment["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"] = "IPv6";
        Assert.Equal("http://[fd00:ec2::254]/", new InstanceSource(environment.Environment, http).Endpoint.AbsoluteUri);
    }

    [Fact]
    public async Task Old_credentials_are_used_to_their_end_while_new_ones_cannot_be_had()
    {
        var isBroken = false;
        await using var agent = await FakeEndpoint.StartAsync(context =>
        {
            if (isBroken) context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return Task.FromResult(Json("ASIAOLD", time.GetUtcNow().AddHours(1)));
        });
        environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = agent.Address;
        await chain.GetAsync(Token);
        isBroken = true;

        time.Advance(TimeSpan.FromMinutes(55));
        Assert.Equal("ASIAOLD", (await chain.GetAsync(Token)).AccessKeyId);
        var asked = agent.Requests;
        await chain.GetAsync(Token);
        // Not asked again before a pause is over.
        Assert.Equal(asked, agent.Requests);
        time.Advance(TimeSpan.FromMinutes(5));
        await Assert.ThrowsAsync<AwsCredentialsException>(async () => await chain.GetAsync(Token));
        isBroken = false;
        Assert.Equal("ASIAOLD", (await chain.GetAsync(Token)).AccessKeyId);
    }

    [Fact]
    public async Task Those_who_ask_at_once_cause_one_request()
    {
        await using var agent = await FakeEndpoint.StartAsync(_ => Task.FromResult(Json("ASIAONE", time.GetUtcNow().AddHours(1))));
        environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = agent.Address;

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(async () => await chain.GetAsync(Token), Token)));

        Assert.Equal(1, agent.Requests);
    }

    [Fact]
    public async Task A_short_failure_of_an_endpoint_is_none()
    {
        var count = 0;
        await using var agent = await FakeEndpoint.StartAsync(context =>
        {
            if (++count < 3) context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.FromResult(Json("ASIATHIRD", time.GetUtcNow().AddHours(1)));
        });
        environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = agent.Address;

        Assert.Equal("ASIATHIRD", (await chain.GetAsync(Token)).AccessKeyId);
    }

    [Fact]
    public async Task Without_any_the_message_names_all_places()
    {
        var exception = await Assert.ThrowsAsync<AwsCredentialsException>(async () => await chain.GetAsync(Token));

        Assert.Equal(
            "there are no AWS credentials; looked for them in environment variables, web identity token, profile default, " +
            "container endpoint, instance metadata", exception.Message);
    }

    private static string StsAnswer(string id, DateTimeOffset expiration) =>
        "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleWithWebIdentityResult><Credentials>" +
        $"<AccessKeyId>{id}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>session</SessionToken>" +
        string.Create(CultureInfo.InvariantCulture, $"<Expiration>{expiration.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}</Expiration>") +
        "</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";

    private static string Json(string id, DateTimeOffset expiration) => string.Create(CultureInfo.InvariantCulture,
        $$"""{"AccessKeyId":"{{id}}","SecretAccessKey":"secret","Token":"session","Expiration":"{{expiration.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}}"}""");

    private string Metadata(HttpContext context)
    {
        const string Roles = "/latest/meta-data/iam/security-credentials/";
        if (context.Request is { Method: "PUT", Path.Value: "/latest/api/token" })
            return context.Request.Headers["X-aws-ec2-metadata-token-ttl-seconds"] == "21600" ? "metadata-token" : "";
        if (context.Request.Headers["X-aws-ec2-metadata-token"] == "metadata-token")
        {
            if (context.Request.Path == Roles) return "payments-instance\n";
            if (context.Request.Path == Roles + "payments-instance") return Json("ASIAEC2", time.GetUtcNow().AddHours(6)).Replace("{", "{\"Code\":\"Success\",", StringComparison.Ordinal);
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return "";
    }
}
