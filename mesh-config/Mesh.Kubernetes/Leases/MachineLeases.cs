using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Config.Registration;
using Mesh.Config.Yaml;
using Mesh.Kubernetes.Access;
using Mesh.Kubernetes.Api;

namespace Mesh.Kubernetes.Leases;

/// <summary>Leases of machines in an API server: one beside each WorkloadEntry, known by a label.</summary>
public sealed class MachineLeases : IMachineLeases, IDisposable
{
    private const string Label = "mesh-agent/machine";
    private const int PageSize = 500;
    private static readonly MediaTypeHeaderValue ApplyPatch = new("application/apply-patch+yaml");

    private readonly ApiClient client;
    private readonly TimeProvider time;

    public MachineLeases(ClusterAccess access, TimeProvider? time = null)
    {
        this.time = time ?? TimeProvider.System;
        client = ApiClient.Open(access, this.time);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<MachineLease>> ListAsync(CancellationToken cancellationToken) => Reachable<IReadOnlyList<MachineLease>>(async () =>
    {
        var leases = new List<MachineLease>();
        var next = "";
        do
        {
            var query = $"?labelSelector={Uri.EscapeDataString(Label)}&limit={PageSize}{(next.Length > 0 ? "&continue=" + Uri.EscapeDataString(next) : "")}";
            var page = ApiClient.ReadValue(
                await client.SendAsync(ApiVerb.List, ApiResource.Lease, "v1", "", "", "", query, null, cancellationToken).ConfigureAwait(false));
            foreach (var item in page.Find("items")?.Items ?? [])
                if (Read(item) is { } lease) leases.Add(lease);
            next = page.Find("metadata")?.Find("continue")?.Text ?? "";
        }
        while (next.Length > 0);
        return leases;
    });

    /// <inheritdoc />
    public Task DeleteAsync(MachineLease lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return Reachable(async () =>
        {
            try
            {
                // Only the one that was seen: one that was renewed meanwhile belongs to somebody alive.
                var options = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions" };
                if (lease.Version.Length > 0) options["preconditions"] = new JsonObject { ["resourceVersion"] = lease.Version };
                using var content = new StringContent(options.ToJsonString(), Encoding.UTF8, "application/json");
                await client.SendAsync(
                    ApiVerb.Delete, ApiResource.Lease, "v1", lease.Namespace, lease.Name, "", "", content, cancellationToken).ConfigureAwait(false);
            }
            catch (ApiException error) when (error.Code is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
            {
                // Gone, or renewed.
            }

            return true;
        });
    }

    /// <summary>Makes the Lease, or renews it, by server-side apply.</summary>
    public Task RenewAsync(MachineLease lease, CancellationToken cancellationToken) => Reachable(async () =>
    {
        var renewed = new JsonObject
        {
            ["apiVersion"] = "coordination.k8s.io/v1",
            ["kind"] = "Lease",
            ["metadata"] = new JsonObject { ["name"] = lease.Name, ["namespace"] = lease.Namespace, ["labels"] = new JsonObject { [Label] = "true" } },
            ["spec"] = new JsonObject
            {
                ["holderIdentity"] = lease.Holder,
                ["leaseDurationSeconds"] = (int)Math.Ceiling(lease.Duration.TotalSeconds),
                ["renewTime"] = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
            },
        };
        // JSON is YAML.
        using var content = new StringContent(renewed.ToJsonString(), Encoding.UTF8, ApplyPatch);
        return await client.SendAsync(
            ApiVerb.Patch, ApiResource.Lease, "v1", lease.Namespace, lease.Name, "", "?fieldManager=mesh-registration&force=true", content, cancellationToken)
            .ConfigureAwait(false);
    });

    public void Dispose() => client.Dispose();

    private static MachineLease? Read(YamlValue item)
    {
        var (metadata, spec) = (item.Find("metadata"), item.Find("spec"));
        if (metadata?.Find("name")?.Text is not { Length: > 0 } name || metadata.Find("namespace")?.Text is not { Length: > 0 } ns) return null;
        return int.TryParse(spec?.Find("leaseDurationSeconds")?.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? new MachineLease(
                ns, name, spec?.Find("holderIdentity")?.Text ?? "", TimeSpan.FromSeconds(seconds), metadata.Find("resourceVersion")?.Text ?? "")
            : null;
    }

    private static async Task<T> Reachable<T>(Func<Task<T>> action)
    {
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (ApiException error) when (error.Code == HttpStatusCode.Forbidden)
        {
            throw new IOException($"{error.Message}; apply manifests/rbac/gateway.yaml and registration.yaml anew: they grant Leases", error);
        }
        catch (Exception error) when (error is ApiException or ClusterAccessException or HttpRequestException or TimeoutException or JsonException)
        {
            throw new IOException(error.Message, error);
        }
    }
}
