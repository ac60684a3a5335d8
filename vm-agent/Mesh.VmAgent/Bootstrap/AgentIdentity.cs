using Mesh.DataPlane.Identity;
using Mesh.Istiod.Ca;

namespace Mesh.VmAgent.Bootstrap;

/// <summary>Makes the identity that the settings ask for.</summary>
internal static class AgentIdentity
{
    /// <summary>
    /// From files it is there at once; from a CA it comes when the CA answers. The token proves the first request; later
    /// ones are proved by the certificate at hand.
    /// </summary>
    /// <exception cref="Mesh.Hosting.StartupException">Files are missing, unusable or expired.</exception>
    public static IWorkloadIdentity Create(AgentSettings settings, TimeProvider time, ILoggerFactory logs)
    {
        if (settings.Identity.Folder is { } folder)
            return FileWorkloadIdentity.Load(folder, time, logs.CreateLogger<FileWorkloadIdentity>());

        CaWorkloadIdentity? identity = null;
        var client = new CaClient(
            new CaClientOptions
            {
                Address = settings.Identity.Authority!,
                RootFile = settings.CaRoot!,
                TokenFile = settings.CaToken,
                ServerName = settings.CaServerName,
                Ttl = settings.CertificateTtl,
                ClusterId = settings.Cluster,
                // One that has expired proves nothing: then the token is asked for again.
                ClientCertificate = () => identity?.Current is { } current && current.NotAfter > time.GetUtcNow() ? current.Context : null,
            },
            time);
        identity = new CaWorkloadIdentity(
            new CaWorkloadIdentityOptions { Id = new SpiffeId(settings.TrustDomain, settings.Namespace, settings.ServiceAccount) },
            client.CreateCertificateAsync,
            time,
            logs.CreateLogger<CaWorkloadIdentity>());
        identity.Start();
        return identity;
    }
}
