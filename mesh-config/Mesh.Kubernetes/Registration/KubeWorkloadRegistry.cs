using System.Net;
using Mesh.Config.Registration;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Sources;
using Mesh.Hosting;
using Mesh.Kubernetes.Access;
using Mesh.Kubernetes.Api;
using Mesh.Kubernetes.Leases;
using Mesh.Kubernetes.Writing;

namespace Mesh.Kubernetes.Registration;

/// <summary>
/// WorkloadEntries in an API server, written by server-side apply. Whoever registers machines or looks after them has the same
/// field manager: what one of them wrote, the others may replace.
/// </summary>
public sealed class KubeWorkloadRegistry : IWorkloadRegistry, IDisposable
{
    private const string Rights =
        "apply manifests/rbac/registration.yaml, or collector.yaml for a gateway, and bind its ClusterRole to this user in this namespace";

    private static readonly ApplyOptions Main = new("mesh-registration", Force: true);
    private static readonly ApplyOptions Status = Main with { Subresource = "status" };

    private readonly KubeClient _client;
    private readonly bool _owns;
    private readonly KubeWriter _writer;
    private readonly LeaseTaking _taking;

    public KubeWorkloadRegistry(ClusterAccess access, TimeProvider? time = null, TimeSpan? leaseDuration = null)
        : this(new KubeClient(access, time), leaseDuration) => _owns = true;

    /// <param name="client">Stays the caller's.</param>
    /// <param name="leaseDuration">How long a machine is believed alive without a sign of life; 40 s by default.</param>
    public KubeWorkloadRegistry(KubeClient client, TimeSpan? leaseDuration = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
        _writer = new KubeWriter(client.Api);
        _taking = new LeaseTaking(leaseDuration ?? LeaseClaim.DefaultDuration, client.Time);
        Place = $"API server {client.Server}";
    }

    /// <inheritdoc />
    public string Place { get; }

    /// <inheritdoc />
    public TimeSpan LookPeriod => TimeSpan.FromSeconds(10);

    /// <param name="option">Name of the option that names the server, for the message.</param>
    /// <exception cref="StartupException">A kubeconfig does not say how to reach it.</exception>
    public static KubeWorkloadRegistry Open(ApiServerSpec server, string option, TimeProvider time, TimeSpan? leaseDuration = null)
    {
        try
        {
            return new KubeWorkloadRegistry(ApiServerAccess.Open(server, time), time, leaseDuration);
        }
        catch (ClusterAccessException e)
        {
            throw new StartupException($"--{option} {server}: {e.Message}", ExitCodes.Failed, e);
        }
    }

    /// <inheritdoc />
    public async Task<WorkloadEntry?> FindAsync(string ns, string name, CancellationToken cancellationToken) =>
        await ReadAsync(ns, name, cancellationToken).ConfigureAwait(false) is { } there ? Plain(there) : null;

    /// <inheritdoc />
    /// <remarks>Two requests: readers may see the entry before its status. Until then it is as healthy as it was; a new one that is probed is not.</remarks>
    public Task<WorkloadEntry?> PutAsync(WorkloadEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var version = entry.Metadata.ResourceVersion;
        return ApiReach.TryAsync<WorkloadEntry?>(Rights, async () =>
        {
            try
            {
                var main = await _writer.ApplyAsync(entry with { Status = null }, Main with { Version = version }, cancellationToken).ConfigureAwait(false);
                var status = Status with { Version = version.Length > 0 ? main.Metadata.ResourceVersion : "" };
                return Plain((WorkloadEntry)await _writer.ApplyAsync(
                    entry with { Status = entry.Status ?? new IstioStatus() }, status, cancellationToken).ConfigureAwait(false));
            }
            catch (Exception e) when (version.Length > 0 && e is (ApplyConflictException or ApiException { Code: HttpStatusCode.NotFound }))
            {
                return null;
            }
        });
    }

    /// <inheritdoc />
    public Task<bool> DeleteAsync(WorkloadEntry entry, CancellationToken cancellationToken) =>
        ApiReach.TryAsync(Rights, () => _writer.DeleteAsync(entry, cancellationToken, onlyThisVersion: true));

    /// <inheritdoc />
    /// <remarks>
    /// The entry names its keeper, and a Lease of the same name, renewed while the claim is held, says that the keeper lives. The entry of
    /// an agent that is gone is in the way until its Lease has run out; one that istiod keeps stays in the way.
    /// </remarks>
    public Task<IRegistrationClaim?> TryClaimAsync(string ns, string name, string holder, CancellationToken cancellationToken)
    {
        var store = new KubeLeaseStore(_client, ns, name, MachineLeases.Label);
        return ApiReach.TryAsync<IRegistrationClaim?>(Rights, async () =>
        {
            var keeper = await KeeperAsync(cancellationToken).ConfigureAwait(false);
            var taken = await _taking.TryTakeAsync(store, $"{ns}/{name}", holder, keeper, cancellationToken).ConfigureAwait(false);
            return taken is null
                ? null
                : new LeaseClaim(store, taken, async token => await KeeperAsync(token).ConfigureAwait(false) == holder, _client.Time);
        });

        async Task<string> KeeperAsync(CancellationToken token) =>
            (await ReadAsync(ns, name, token).ConfigureAwait(false))?.Metadata.Annotations.GetValueOrDefault(RegistrationAnnotations.Controller, "") ?? "";
    }

    public void Dispose()
    {
        if (_owns) _client.Dispose();
    }

    /// <summary>Of what only a server has, just what says which version it is.</summary>
    private static WorkloadEntry Plain(WorkloadEntry there) => there with { Metadata = there.Metadata with { CreationTimestamp = null } };

    private Task<WorkloadEntry?> ReadAsync(string ns, string name, CancellationToken cancellationToken) => ApiReach.TryAsync(Rights, async () =>
        await _writer.FindAsync("networking.istio.io/v1", "WorkloadEntry", ns, name, cancellationToken).ConfigureAwait(false) as WorkloadEntry);
}
