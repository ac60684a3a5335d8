using System.ComponentModel;
using System.Diagnostics;

namespace Mesh.Aws.Tests.Support;

/// <summary>The AWS command line tool, with credentials but without a network.</summary>
internal static class AwsCli
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Its standard output. Skips the test where the tool is not installed.</summary>
    public static async Task<string> RunAsync(Mesh.Aws.Credentials.AwsCredentials credentials, params string[] arguments)
    {
        var start = new ProcessStartInfo("aws", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("AWS_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        start.Environment["AWS_ACCESS_KEY_ID"] = credentials.AccessKeyId;
        start.Environment["AWS_SECRET_ACCESS_KEY"] = credentials.SecretAccessKey;
        if (credentials.SessionToken is { } token) start.Environment["AWS_SESSION_TOKEN"] = token;
        start.Environment["AWS_EC2_METADATA_DISABLED"] = "true";
        start.Environment["AWS_CONFIG_FILE"] = start.Environment["AWS_SHARED_CREDENTIALS_FILE"] = "/nowhere";
        Process? process = null;
        try
        {
            process = Process.Start(start);
        }
        catch (Win32Exception)
        {
            // Not installed.
        }

        Assert.SkipWhen(process is null, "the AWS command line tool is not installed");
        using var running = process!;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        var output = running.StandardOutput.ReadToEndAsync(deadline.Token);
        var error = running.StandardError.ReadToEndAsync(deadline.Token);
        await running.WaitForExitAsync(deadline.Token);
        // A launcher without the tool behind it says so like a shell does.
        Assert.SkipWhen(running.ExitCode == 127, "the AWS command line tool is not installed");
        Assert.True(running.ExitCode == 0, await error);
        return await output;
    }
}
