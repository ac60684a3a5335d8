using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Mesh.Kubernetes.Access;

/// <summary>Runs the program that a kubeconfig names for a user's credentials.</summary>
/// <remarks>Source: Kubernetes documentation, "client-go credential plugins": input and output formats.</remarks>
internal sealed class ExecPlugin(KubeconfigExec exec, KubeconfigCluster cluster, string folder, string origin, TimeProvider time)
{
    private const string Group = "client.authentication.k8s.io/";
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Early = TimeSpan.FromSeconds(30);

    public static ICredentialsSource Open(
        KubeconfigExec exec, KubeconfigCluster cluster, string folder, string origin, TimeProvider time)
    {
        if (exec.ApiVersion is not (Group + "v1" or Group + "v1beta1"))
            throw new ClusterAccessException($"{origin}: exec apiVersion \"{exec.ApiVersion}\" is not supported; use {Group}v1");
        return new RenewedCredentials(new ExecPlugin(exec, cluster, folder, origin, time).FetchAsync, time);
    }

    private async Task<(ClusterCredentials Credentials, DateTimeOffset? RenewAt, DateTimeOffset? EndsAt)> FetchAsync(CancellationToken cancellationToken)
    {
        var output = await RunAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var status = JsonNode.Parse(output)?["status"] ?? throw new ClusterAccessException($"{origin}: {exec.Command} gave no status in its ExecCredential");
            var token = (string?)status["token"];
            var (certificate, key) = ((string?)status["clientCertificateData"], (string?)status["clientKeyData"]);
            if (token is null && certificate is null)
                throw new ClusterAccessException($"{origin}: {exec.Command} gave neither a token nor a certificate");
            var endsAt = (DateTimeOffset?)status["expirationTimestamp"];
            return (
                new ClusterCredentials
                {
                    Authorization = token is null ? null : "Bearer " + token,
                    Certificate = certificate is null ? null : ClientCertificate.FromPem(certificate, key ?? "", origin),
                },
                endsAt - Early, endsAt);
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or FormatException or InvalidOperationException)
        {
            // The output itself may hold a secret: it is not shown.
            throw new ClusterAccessException($"{origin}: the output of {exec.Command} is not an ExecCredential", e);
        }
    }

    private async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        // A path with a separator is relative to the kubeconfig; a bare name is looked up in PATH.
        var program = exec.Command.Contains('/', StringComparison.Ordinal) ? Path.Combine(folder, exec.Command) : exec.Command;
        var start = new ProcessStartInfo(program, exec.Args) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var variable in exec.Env) start.Environment[variable.Name] = variable.Value;
        start.Environment["KUBERNETES_EXEC_INFO"] = Info();
        using var limit = new CancellationTokenSource(Timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        using var process = Start(start);
        try
        {
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync(linked.Token);
            var output = await process.StandardOutput.ReadToEndAsync(linked.Token).ConfigureAwait(false);
            await process.WaitForExitAsync(linked.Token).ConfigureAwait(false);
            if (process.ExitCode == 0) return output;
            var reason = (await errors.ConfigureAwait(false)).Trim().ReplaceLineEndings(" ");
            throw new ClusterAccessException($"{origin}: {exec.Command} failed with exit code {process.ExitCode}: {reason}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            throw new ClusterAccessException($"{origin}: {exec.Command} did not end within {Timeout.TotalSeconds} s; does it ask for something?");
        }
    }

    private Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new ClusterAccessException($"{origin}: {exec.Command} did not start");
        }
        catch (Win32Exception e)
        {
            var hint = exec.InstallHint.Length > 0 ? exec.InstallHint.Trim().ReplaceLineEndings(" ") : "install it, or use a token";
            throw new ClusterAccessException($"{origin}: cannot run {exec.Command}: {e.Message}; {hint}", e);
        }
    }

    private string Info()
    {
        var spec = new JsonObject { ["interactive"] = false };
        if (exec.ProvideClusterInfo)
        {
            spec["cluster"] = new JsonObject
            {
                ["server"] = cluster.Server,
                ["certificate-authority-data"] = cluster.CertificateAuthorityData,
                ["tls-server-name"] = cluster.TlsServerName,
                ["insecure-skip-tls-verify"] = cluster.InsecureSkipTlsVerify,
                ["proxy-url"] = cluster.ProxyUrl,
            };
        }

        return new JsonObject { ["apiVersion"] = exec.ApiVersion, ["kind"] = "ExecCredential", ["spec"] = spec }.ToJsonString();
    }
}
