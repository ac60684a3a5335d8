using Microsoft.AspNetCore.Http;

namespace Mesh.VmAgent.Tests.Joining;

/// <summary>
/// This process as an EC2 machine: a metadata service (version 2 only) that gives the keys of an instance's role, and no other credentials.
/// The variables that AWS's tools read are those of the whole process, so no other tests may look for AWS credentials.
/// </summary>
public sealed class AwsMachine : IAsyncLifetime
{
    public const string KeyId = "ASIAEXAMPLEOFAMACHINE";

    private const string Session = "session-of-this-machine";

    private readonly TemporaryFolder folder = new();
    private TestServer? metadata;

    /// <summary>Null: no instance profile is attached.</summary>
    public string? Role { get; set; } = "vm-role";

    public async ValueTask InitializeAsync()
    {
        metadata = await TestServer.StartAsync(AnswerAsync);
        foreach (var (name, value) in new (string, string?)[]
            {
                ("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.Address.ToString()), ("AWS_REGION", "eu-west-1"),
                ("AWS_CONFIG_FILE", folder["none"]), ("AWS_SHARED_CREDENTIALS_FILE", folder["none"]),
                ("AWS_ACCESS_KEY_ID", null), ("AWS_SECRET_ACCESS_KEY", null), ("AWS_PROFILE", null), ("AWS_EC2_METADATA_DISABLED", null),
                ("AWS_WEB_IDENTITY_TOKEN_FILE", null), ("AWS_CONTAINER_CREDENTIALS_FULL_URI", null), ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", null),
            })
            Environment.SetEnvironmentVariable(name, value);
    }

    public async ValueTask DisposeAsync()
    {
        if (metadata is not null) await metadata.DisposeAsync();
        folder.Dispose();
    }

    private Task AnswerAsync(HttpContext context)
    {
        const string roles = "/latest/meta-data/iam/security-credentials/";
        var path = context.Request.Path.Value;
        if (path == "/latest/api/token")
            return context.Request.Method == "PUT" ? context.Response.WriteAsync(Session) : Refuse(context, StatusCodes.Status405MethodNotAllowed);
        // Version 1 of the service is off, as it should be.
        if (context.Request.Headers["X-aws-ec2-metadata-token"] != Session) return Refuse(context, StatusCodes.Status401Unauthorized);
        if (Role is not null && path == roles) return context.Response.WriteAsync(Role);
        return Role is not null && path == roles + Role
            ? context.Response.WriteAsync($$"""
                {"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": "{{KeyId}}", "SecretAccessKey": "secret", "Token": "session",
                 "Expiration": "{{DateTimeOffset.UtcNow.AddHours(6):yyyy-MM-ddTHH:mm:ssZ}}"}
                """)
            : Refuse(context, StatusCodes.Status404NotFound);
    }

    private static Task Refuse(HttpContext context, int code)
    {
        context.Response.StatusCode = code;
        return Task.CompletedTask;
    }
}
