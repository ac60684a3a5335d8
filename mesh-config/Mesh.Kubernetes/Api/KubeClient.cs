using Mesh.Config.Sources;
using Mesh.Hosting;
using Mesh.Kubernetes.Access;

namespace Mesh.Kubernetes.Api;

/// <summary>One set of connections to one API server, for all that a process reads and writes there.</summary>
public sealed class KubeClient : IDisposable
{
    public KubeClient(ClusterAccess access, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(access);
        Time = time ?? TimeProvider.System;
        Server = access.Server;
        Api = ApiClient.Open(access, Time);
    }

    public Uri Server { get; }

    internal ApiClient Api { get; }

    internal TimeProvider Time { get; }

    /// <param name="option">Name of the option that names the server, for the message.</param>
    /// <exception cref="StartupException">A kubeconfig does not say how to reach it.</exception>
    public static KubeClient Open(ApiServerSpec server, string option, TimeProvider time)
    {
        try
        {
            return new KubeClient(ApiServerAccess.Open(server, time), time);
        }
        catch (ClusterAccessException e)
        {
            throw new StartupException($"--{option} {server}: {e.Message}", ExitCodes.Failed, e);
        }
    }

    public void Dispose() => Api.Dispose();
}
