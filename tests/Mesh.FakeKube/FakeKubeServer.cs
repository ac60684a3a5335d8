using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Mesh.FakeKube.Api;
using Mesh.FakeKube.Faults;
using Mesh.FakeKube.Kinds;
using Mesh.FakeKube.Objects;
using Mesh.FakeKube.Serving;

namespace Mesh.FakeKube;

/// <summary>
/// A small Kubernetes API server with a cluster's objects in memory. What it answers is meant to be what a real one answers; what it does
/// not do is in the README. Thread-safe.
/// </summary>
public sealed class FakeKubeServer : IAsyncDisposable
{
    private const int MostRequests = 100_000;

    private readonly ClusterState cluster;
    private readonly ConcurrentQueue<RecordedRequest> requests = new();
    private WebApplication? app;

    private FakeKubeServer(FakeKubeOptions options)
    {
        cluster = new ClusterState(options);
        cluster.Authenticator.CreateAdmin();
        Address = options.Listen;
        foreach (var name in new[] { "default", "kube-system", "istio-system" }) Seed(new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Namespace",
            ["metadata"] = new JsonObject { ["name"] = name },
        });
        if (options.IstioKinds) foreach (var definition in MeshDefinitions.Istio) Seed(definition);
        if (options.GatewayApiKinds) foreach (var definition in MeshDefinitions.GatewayApis) Seed(definition);
    }

    /// <summary>Where it listens, or last listened.</summary>
    public IPEndPoint Address { get; private set; }

    public Uri Url => new($"{(cluster.Options.Tls ? "https" : "http")}://{Address}/");

    /// <summary>May do everything.</summary>
    public string AdminToken => cluster.Authenticator.AdminToken;

    /// <summary>The root that its certificate is from.</summary>
    public string CaPem => cluster.Certificates.CaPem;

    public FaultBoard Faults => cluster.Faults;

    /// <summary>The newest resourceVersion.</summary>
    public long Revision => cluster.Store.Revision;

    /// <summary>Requests about resources since the start or <see cref="ForgetRequests"/>, the refused ones too; at most the last 100,000.</summary>
    public IReadOnlyList<RecordedRequest> Requests => [.. requests];

    public static async Task<FakeKubeServer> StartAsync(FakeKubeOptions? options = null, CancellationToken cancellation = default)
    {
        var server = new FakeKubeServer(options ?? new FakeKubeOptions());
        await server.ListenAsync(cancellation);
        return server;
    }

    /// <summary>Listens again after <see cref="StopAsync"/>, at the same address with the same objects.</summary>
    public async Task ListenAsync(CancellationToken cancellation = default)
    {
        if (app is not null) return;
        (app, Address) = await KestrelHost.StartAsync(cluster, Address, Record, cancellation);
    }

    /// <summary>Closes the listener and breaks every connection; objects stay.</summary>
    public async Task StopAsync()
    {
        if (app is not { } running) return;
        app = null;
        Faults.BreakConnections();
        Faults.EndWatches();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await running.StopAsync(limit.Token);
        await running.DisposeAsync();
    }

    /// <summary>Creates or replaces objects as an administrator, their status included.</summary>
    /// <param name="yaml">Documents with <c>apiVersion</c> and <c>kind</c>; namespaces that are missing are made.</param>
    /// <exception cref="InvalidOperationException">A kind is not served, or an object is not valid.</exception>
    public void Apply(string yaml)
    {
        foreach (var value in YamlJson.Read(yaml)) Seed(value);
    }

    /// <summary>
    /// Stores many new objects as they are: nothing is checked or added but uid and time, no namespace is made. For clusters of many
    /// thousands of objects, for which <see cref="Apply"/> takes too long.
    /// </summary>
    /// <exception cref="InvalidOperationException">A kind is not served.</exception>
    public void Preload(IEnumerable<JsonObject> values)
    {
        var created = Metadata.Time(cluster.Time.GetUtcNow());
        foreach (var value in values)
        {
            var type = Type(Json.Text(value, "apiVersion") ?? "", Json.Text(value, "kind") ?? "");
            Metadata.Of(value)["uid"] = Guid.NewGuid().ToString();
            Metadata.Of(value)["creationTimestamp"] = created;
            cluster.Store.Put(type, value);
        }
    }

    /// <param name="apiVersion">As <c>networking.istio.io/v1</c>.</param>
    /// <returns>The object as JSON in that version; null when there is none.</returns>
    public JsonObject? Get(string apiVersion, string kind, string space, string name)
    {
        var type = Type(apiVersion, kind);
        return cluster.Store.Get(type, type.Namespaced ? space : "", name)?.Parse(apiVersion.Split('/')[^1]);
    }

    /// <param name="apiVersion">As <c>networking.istio.io/v1</c>.</param>
    /// <returns>The objects of a namespace as JSON in that version, in no order.</returns>
    public IReadOnlyList<JsonObject> List(string apiVersion, string kind, string space)
    {
        var type = Type(apiVersion, kind);
        return [.. cluster.Store.All(type.Id).Where(value => value.Namespace == space).Select(value => value.Parse(apiVersion.Split('/')[^1]))];
    }

    /// <returns>False when there is none.</returns>
    public bool Delete(string apiVersion, string kind, string space, string name)
    {
        var type = Type(apiVersion, kind);
        lock (cluster.Store.Gate)
        {
            if (cluster.Store.Get(type, type.Namespaced ? space : "", name) is null) return false;
            cluster.Writer.Delete(type, type.Namespaced ? space : "", name, null, dryRun: false);
            return true;
        }
    }

    /// <summary>A user with a token; what it may do is said by roles and bindings.</summary>
    /// <returns>The token.</returns>
    public string AddUser(string name, IEnumerable<string>? groups = null, string? token = null) =>
        cluster.Authenticator.Add(name, groups ?? [], token);

    /// <summary>Tokens of EKS that were signed with an AWS key are of the user, as an access entry says it; signatures are not checked.</summary>
    /// <param name="user">Null: of nobody any more.</param>
    public void MapAwsKey(string accessKeyId, string? user, IEnumerable<string>? groups = null) =>
        cluster.Authenticator.MapAwsKey(accessKeyId, user, groups ?? []);

    /// <summary>Whose a token is, as a TokenReview answers.</summary>
    /// <returns>The user's name; null when the token is not accepted.</returns>
    public string? ReviewToken(string token, string audience) => cluster.Authenticator.UserOf(token, audience)?.Name;

    /// <summary>From now on the token is answered with 401.</summary>
    public void RevokeToken(string token) => cluster.Authenticator.Revoke(token);

    /// <summary>A token of a service account, as its TokenRequest answers.</summary>
    /// <param name="life">10 minutes at least.</param>
    public string ServiceAccountToken(string space, string name, TimeSpan? life = null)
    {
        var request = new JsonObject
        {
            ["spec"] = new JsonObject { ["expirationSeconds"] = (long)(life ?? TimeSpan.FromHours(1)).TotalSeconds },
        };
        return Json.Text(cluster.Tokens.Answer(space, name, request), "status", "token")!;
    }

    /// <summary>A client certificate and its key, PEM.</summary>
    public (string Certificate, string Key) ClientCertificate(string user, IEnumerable<string>? groups = null)
    {
        using var certificate = cluster.Certificates.Client(user, groups ?? []);
        using var key = System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(certificate)!;
        return (certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <summary>A kubeconfig (YAML) for a token.</summary>
    /// <param name="token">Null for the administrator's.</param>
    /// <param name="context">Name of context, cluster and user in the file.</param>
    public string Kubeconfig(string? token = null, string context = "fake")
    {
        var authority = cluster.Options.Tls
            ? $"\n    certificate-authority-data: {Convert.ToBase64String(Encoding.UTF8.GetBytes(CaPem))}"
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"""
            apiVersion: v1
            kind: Config
            current-context: {context}
            clusters:
            - name: {context}
              cluster:
                server: {Url.ToString().TrimEnd('/')}{authority}
            users:
            - name: {context}
              user:
                token: {token ?? AdminToken}
            contexts:
            - name: {context}
              context:
                cluster: {context}
                user: {context}

            """);
    }

    public void ForgetRequests() => requests.Clear();

    public async ValueTask DisposeAsync()
    {
        Faults.Clear();
        await StopAsync();
        cluster.Tokens.Dispose();
        cluster.Certificates.Dispose();
    }

    private ResourceType Type(string apiVersion, string kind) =>
        cluster.Kinds.FindKind(apiVersion, kind) ?? throw new InvalidOperationException($"{apiVersion} {kind} is not served");

    private void Record(RecordedRequest request)
    {
        requests.Enqueue(request);
        if (requests.Count > MostRequests) requests.TryDequeue(out _);
    }

    private void Seed(JsonObject value)
    {
        var apiVersion = Json.Text(value, "apiVersion") ?? "";
        var type = Type(apiVersion, Json.Text(value, "kind") ?? "");
        var space = type.Namespaced ? Metadata.Namespace(value) is { Length: > 0 } given ? given : "default" : "";
        var options = new WriteOptions(apiVersion.Split('/')[^1], "fake-kube");
        try
        {
            lock (cluster.Store.Gate)
            {
                if (type.Namespaced && cluster.Store.Get(BuiltInKinds.Namespace, "", space) is null)
                    Seed(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = space } });
                var status = Json.Copy(value["status"]);
                Metadata.Of(value).Remove("resourceVersion");
                Metadata.Of(value).Remove("uid");
                var current = cluster.Store.Get(type, space, Metadata.Name(value));
                var stored = current is null
                    ? cluster.Writer.Create(type, space, value, options)
                    : cluster.Writer.Replace(type, space, current.Name, Stamped(value, current.Revision), options);
                if (!type.HasStatus || status is null) return;
                var withStatus = stored.Parse();
                withStatus["status"] = status;
                cluster.Writer.Replace(stored, withStatus, options with { Subresource = "status" });
            }
        }
        catch (StatusException error)
        {
            throw new InvalidOperationException(error.Message, error);
        }
    }

    private static JsonObject Stamped(JsonObject value, long revision)
    {
        Metadata.Of(value)["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture);
        return value;
    }
}
