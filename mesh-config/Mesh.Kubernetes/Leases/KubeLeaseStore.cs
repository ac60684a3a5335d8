using System.Net;
using System.Text;
using Mesh.Kubernetes.Access;
using Mesh.Kubernetes.Api;

namespace Mesh.Kubernetes.Leases;

/// <summary>A Lease in an API server.</summary>
public sealed class KubeLeaseStore : ILeaseStore, IDisposable
{
    private readonly KubeClient _client;
    private readonly bool _owns;
    private readonly string _space;
    private readonly string _name;
    private readonly string _label;

    public KubeLeaseStore(ClusterAccess access, string space, string name, TimeProvider? time = null)
        : this(new KubeClient(access, time), space, name) => _owns = true;

    /// <param name="client">Stays the caller's.</param>
    /// <param name="label">Key of a label that the Lease gets; empty for none.</param>
    public KubeLeaseStore(KubeClient client, string space, string name, string label = "") =>
        (_client, _space, _name, _label) = (client, space, name, label);

    public async Task<LeaseRecord?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return Of(await _client.Api.SendAsync(ApiVerb.Get, ApiResource.Lease, "v1", _space, _name, "", "", null, cancellationToken).ConfigureAwait(false));
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
        using var content = new StringContent(LeaseJson.Write(_space, _name, _label, record), Encoding.UTF8, "application/json");
        try
        {
            return Of(await _client.Api.SendAsync(
                isNew ? ApiVerb.Create : ApiVerb.Update, ApiResource.Lease, "v1", _space, isNew ? "" : _name, "", "", content, cancellationToken)
                .ConfigureAwait(false));
        }
        // An update of what is gone: somebody else was faster there, too.
        catch (ApiException e) when (e.Code == HttpStatusCode.Conflict || (e.Code == HttpStatusCode.NotFound && !isNew))
        {
            return null;
        }
    }

    public async Task<bool> DeleteAsync(LeaseRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        try
        {
            await _client.Api.DeleteAsync(ApiResource.Lease, "v1", _space, _name, "", record.ResourceVersion, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (ApiException e) when (e.Code is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            return e.Code == HttpStatusCode.NotFound;
        }
    }

    public void Dispose()
    {
        if (_owns) _client.Dispose();
    }

    private static LeaseRecord Of(byte[] body) => LeaseJson.Read(ApiClient.ReadValue(body));
}
