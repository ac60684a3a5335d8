using System.Globalization;
using System.Net;
using System.Text;
using k8s;
using k8s.Models;
using Mesh.Kubernetes.Access;
using Mesh.Kubernetes.Api;

namespace Mesh.Kubernetes.Leases;

/// <summary>A Lease in an API server.</summary>
public sealed class KubeLeaseStore : ILeaseStore, IDisposable
{
    private readonly ApiClient _client;
    private readonly string _space;
    private readonly string _name;

    public KubeLeaseStore(ClusterAccess access, string space, string name, TimeProvider? time = null)
    {
        _client = ApiClient.Open(access, time ?? TimeProvider.System);
        (_space, _name) = (space, name);
    }

    public async Task<LeaseRecord?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return Of(await _client.SendAsync(ApiVerb.Get, ApiResource.Lease, "v1", _space, _name, "", "", null, cancellationToken).ConfigureAwait(false));
        }
        catch (ApiException e) when (e.Code == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public async Task<LeaseRecord?> WriteAsync(LeaseRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        var isNew = record.ResourceVersion.Length == 0;
        var lease = new V1Lease
        {
            ApiVersion = "coordination.k8s.io/v1",
            Kind = "Lease",
            Metadata = new V1ObjectMeta { Name = _name, NamespaceProperty = _space, ResourceVersion = isNew ? null : record.ResourceVersion },
            Spec = new V1LeaseSpec
            {
                HolderIdentity = record.Holder,
                LeaseDurationSeconds = (int)Math.Ceiling(record.Duration.TotalSeconds),
                AcquireTime = record.AcquiredAt?.UtcDateTime,
                RenewTime = record.RenewedAt?.UtcDateTime,
                LeaseTransitions = record.Transitions,
            },
        };
        using var content = new StringContent(KubernetesJson.Serialize(lease), Encoding.UTF8, "application/json");
        try
        {
            return Of(await _client.SendAsync(
                isNew ? ApiVerb.Create : ApiVerb.Update, ApiResource.Lease, "v1", _space, isNew ? "" : _name, "", "", content, cancellationToken)
                .ConfigureAwait(false));
        }
        catch (ApiException e) when (e.Code == HttpStatusCode.Conflict)
        {
            return null;
        }
    }

    public void Dispose() => _client.Dispose();

    private static LeaseRecord Of(byte[] body)
    {
        var lease = KubernetesJson.Deserialize<V1Lease>(Encoding.UTF8.GetString(body));
        var spec = lease.Spec ?? new V1LeaseSpec();
        return new LeaseRecord(
            spec.HolderIdentity ?? "", TimeSpan.FromSeconds(spec.LeaseDurationSeconds ?? 0), At(spec.AcquireTime), At(spec.RenewTime),
            spec.LeaseTransitions ?? 0, lease.Metadata?.ResourceVersion ?? "");
    }

    private static DateTimeOffset? At(DateTime? time) =>
        time is { } at ? DateTimeOffset.Parse(at.ToString("O", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) : null;
}
