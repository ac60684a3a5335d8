using System.Net;
using System.Text.Json;
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
    private static readonly ApplyOptions Main = new("mesh-registration", Force: true);
    private static readonly ApplyOptions Status = Main with { Subresource = "status" };

    private readonly KubeWriter _writer;
    private readonly MachineLeases _leases;
    private readonly TimeProvider _time;

    public KubeWorkloadRegistry(ClusterAccess access, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(access);
        _time = time ?? TimeProvider.System;
        _writer = new KubeWriter(access, _time);
        _leases = new MachineLeases(access, _time);
        Place = $"API server {access.Server}";
    }

    /// <inheritdoc />
    public string Place { get; }

    /// <param name="option">Name of the option that names the server, for the message.</param>
    /// <exception cref="StartupException">A kubeconfig does not say how to reach it.</exception>
    public static KubeWorkloadRegistry Open(ApiServerSpec server, string option, TimeProvider time)
    {
        try
        {
            return new KubeWorkloadRegistry(ApiServerAccess.Open(server, time), time);
        }
        catch (ClusterAccessException e)
        {
            throw new StartupException($"--{option} {server}: {e.Message}", ExitCodes.Failed, e);
        }
    }

    /// <inheritdoc />
    public async Task<WorkloadEntry?> FindAsync(string ns, string name, CancellationToken cancellationToken)
    {
        // What only a server has would make an entry look changed that is as it was written.
        var there = await ReadAsync(ns, name, cancellationToken).ConfigureAwait(false);
        return there is null ? null : there with { Metadata = there.Metadata with { ResourceVersion = "", Uid = "", CreationTimestamp = null } };
    }

    /// <inheritdoc />
    /// <remarks>Two requests: readers may see the entry before its status. Until then it is as healthy as it was; a new one that is probed is not.</remarks>
    public Task PutAsync(WorkloadEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return Reachable(async () =>
        {
            await _writer.ApplyAsync(entry with { Status = null }, Main, cancellationToken).ConfigureAwait(false);
            return await _writer.ApplyAsync(entry with { Status = entry.Status ?? new IstioStatus() }, Status, cancellationToken).ConfigureAwait(false);
        });
    }

    /// <inheritdoc />
    public async Task<bool> DeleteAsync(string ns, string name, CancellationToken cancellationToken) =>
        await ReadAsync(ns, name, cancellationToken).ConfigureAwait(false) is { } there &&
        await Reachable(() => _writer.DeleteAsync(there, cancellationToken)).ConfigureAwait(false);

    /// <inheritdoc />
    /// <remarks>
    /// The entry names its keeper, and a Lease of the same name, renewed while the claim is held, says that the keeper lives. The entry of an
    /// agent that is gone is in the way until the Lease has run out and a gateway has removed both.
    /// </remarks>
    public async Task<IAsyncDisposable?> TryClaimAsync(string ns, string name, string holder, CancellationToken cancellationToken)
    {
        if (await KeeperAsync(cancellationToken).ConfigureAwait(false) is { Length: > 0 } keeper && keeper != holder) return null;
        var lease = new MachineLease(ns, name, holder, LeaseClaim.Duration, "");
        return await LeaseClaim.TakeAsync(
            _leases, lease, async token => await KeeperAsync(token).ConfigureAwait(false) == holder, _time, cancellationToken).ConfigureAwait(false);

        async Task<string> KeeperAsync(CancellationToken token) =>
            (await ReadAsync(ns, name, token).ConfigureAwait(false))?.Metadata.Annotations.GetValueOrDefault(RegistrationAnnotations.Controller, "") ?? "";
    }

    public void Dispose()
    {
        _writer.Dispose();
        _leases.Dispose();
    }

    private Task<WorkloadEntry?> ReadAsync(string ns, string name, CancellationToken cancellationToken) => Reachable(async () =>
        await _writer.FindAsync("networking.istio.io/v1", "WorkloadEntry", ns, name, cancellationToken).ConfigureAwait(false) as WorkloadEntry);

    /// <exception cref="IOException">The server cannot be reached, or said no.</exception>
    private static async Task<T> Reachable<T>(Func<Task<T>> action)
    {
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (ApiException e) when (e.Code is HttpStatusCode.Forbidden)
        {
            throw new IOException($"{e.Message}; apply manifests/rbac/registration.yaml and bind it to this user", e);
        }
        catch (Exception e) when (e is ApiException or ApplyConflictException or ClusterAccessException or HttpRequestException or TimeoutException or JsonException)
        {
            throw new IOException(e.Message, e);
        }
    }
}
