using Mesh.Istiod.Ca;
using Mesh.Kubernetes.Tokens;

namespace Mesh.VmAgent.Bootstrap;

/// <summary>The workload's token from the API server that <c>--token-from</c> names.</summary>
internal sealed class AgentTokens(ServiceAccountTokens tokens) : ITokenSource, IDisposable
{
    public string Origin => tokens.Place;

    /// <summary>Null: the token is in a file.</summary>
    /// <exception cref="Mesh.Hosting.StartupException">A kubeconfig does not say how to reach the server.</exception>
    public static AgentTokens? Create(AgentSettings settings, TimeProvider time) => settings.TokenFrom is { } server
        ? new AgentTokens(ServiceAccountTokens.Open(
            server, "token-from", settings.Namespace, settings.ServiceAccount, ServiceAccountToken.Audience, time))
        : null;

    public ValueTask<string> GetAsync(CancellationToken cancellationToken) => tokens.GetAsync(cancellationToken);

    public void Reject() => tokens.Reject();

    public void Dispose() => tokens.Dispose();
}
