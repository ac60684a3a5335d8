using Mesh.DataPlane.Identity;
using Mesh.Hosting;
using Mesh.Istiod.Ca;
using Mesh.VmAgent.Bundle;

namespace Mesh.VmAgent.Bootstrap;

/// <summary>Makes the identity that the settings ask for.</summary>
internal static class AgentIdentity
{
    /// <summary>
    /// From files it is there at once; from a CA it comes when the CA answers. The token proves the first request; later
    /// ones are proved by the certificate at hand.
    /// </summary>
    /// <param name="tokens">Asked for the workload's token; null: it is in a file.</param>
    /// <exception cref="Mesh.Hosting.StartupException">Files are missing, unusable or expired.</exception>
    public static IWorkloadIdentity Create(AgentSettings settings, ITokenSource? tokens, TimeProvider time, ILoggerFactory logs)
    {
        if (settings.Identity.Folder is { } folder)
            return FileWorkloadIdentity.Load(folder, time, logs.CreateLogger<FileWorkloadIdentity>());

        if (settings.StateFolder is { } state) Prepare(state);
        CaWorkloadIdentity? identity = null;
        var client = new CaClient(
            new CaClientOptions
            {
                Address = settings.Identity.Authority!,
                RootFile = settings.CaRoot!,
                TokenFile = settings.CaToken,
                Tokens = tokens,
                ServerName = settings.CaServerName,
                Ttl = settings.CertificateTtl,
                ClusterId = settings.Cluster,
                // One that has expired proves nothing: then the token is asked for again.
                ClientCertificate = () => identity?.Current is { } current && current.NotAfter > time.GetUtcNow() ? current.Context : null,
                ReceivedRoots = () => identity?.Current?.Roots,
                Resolve = HostsFile.ResolverOf(settings.HostsFile),
                Account = $"{settings.Namespace}/{settings.ServiceAccount}",
            },
            time);
        identity = new CaWorkloadIdentity(
            new CaWorkloadIdentityOptions
            {
                Id = new SpiffeId(settings.TrustDomain, settings.Namespace, settings.ServiceAccount),
                KeyKind = settings.KeyKind,
                GraceRatio = settings.GraceRatio,
                GraceJitter = settings.GraceJitter,
                StateFolder = settings.StateFolder,
                RetryWhenChanged = [.. new[] { settings.CaToken, settings.CaRoot }.OfType<string>().Where(file => !RootCertificates.IsText(file))],
            },
            client.CreateCertificateAsync,
            time,
            logs.CreateLogger<CaWorkloadIdentity>());
        identity.Start();
        return identity;
    }

    private static void Prepare(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"cannot make the state folder {folder}: {exception.Message}; make it, or name another one with --state", inner: exception);
        }
    }
}
