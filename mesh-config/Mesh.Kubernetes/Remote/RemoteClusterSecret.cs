using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Core;

namespace Mesh.Kubernetes.Remote;

/// <summary>What the Secrets of remote clusters say: each key is a cluster id, its value a kubeconfig.</summary>
/// <param name="Hash">SHA-256 of the kubeconfig: tells whether it is another one.</param>
/// <param name="Origin"><c>Secret ns/name, key id</c>.</param>
/// <remarks>Source: istio pkg/kube/multicluster/secretcontroller.go.</remarks>
internal sealed record RemoteClusterSecret(string Cluster, string Kubeconfig, string Hash, ObjectKey Secret, string Origin)
{
    public const string Label = "istio/multiCluster=true";

    /// <summary>
    /// One per cluster id. When several Secrets have an id, the one that holds it already goes on, else the first by
    /// namespace and name; the others are findings. The own cluster is left out.
    /// </summary>
    /// <param name="holders">Which Secret each id comes from at present.</param>
    public static ImmutableSortedDictionary<string, RemoteClusterSecret> Read(
        IEnumerable<Secret> secrets, string ownCluster, IReadOnlyDictionary<string, ObjectKey> holders, List<Diagnostic> findings)
    {
        var found = ImmutableSortedDictionary.CreateBuilder<string, RemoteClusterSecret>(StringComparer.Ordinal);
        foreach (var entry in secrets
                     .SelectMany(secret => Entries(secret, findings))
                     .Where(entry => entry.Cluster != ownCluster)
                     .OrderBy(entry => holders.TryGetValue(entry.Cluster, out var holder) && holder == entry.Secret ? 0 : 1)
                     .ThenBy(entry => entry.Secret.Namespace, StringComparer.Ordinal)
                     .ThenBy(entry => entry.Secret.Name, StringComparer.Ordinal))
        {
            if (found.TryAdd(entry.Cluster, entry)) continue;
            findings.Add(new Diagnostic(
                Severity.Warning, "RemoteDuplicate",
                $"{entry.Origin}: cluster {entry.Cluster} comes from {found[entry.Cluster].Origin} already; this one is ignored, remove it", SourceLocation.None));
        }

        return found.ToImmutable();
    }

    /// <summary>Shows no kubeconfig.</summary>
    public override string ToString() => Origin;

    private static IEnumerable<RemoteClusterSecret> Entries(Secret secret, List<Diagnostic> findings)
    {
        foreach (var (cluster, data) in secret.Data)
        {
            var origin = $"{secret.Subject}, key {cluster}";
            byte[] bytes;
            try
            {
                bytes = Convert.FromBase64String(data);
            }
            catch (FormatException)
            {
                findings.Add(new Diagnostic(Severity.Error, "RemoteUnreadable", $"{origin}: the value is not base64", secret.Location, secret.Subject));
                continue;
            }

            yield return new RemoteClusterSecret(
                cluster, Encoding.UTF8.GetString(bytes), Convert.ToHexString(SHA256.HashData(bytes)), ObjectKey.Of(secret), origin);
        }
    }
}
