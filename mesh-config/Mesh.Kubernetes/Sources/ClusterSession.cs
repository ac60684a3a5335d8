using System.Collections.Immutable;
using System.Net;
using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;
using Mesh.Kubernetes.Api;
using Mesh.Kubernetes.Watching;

namespace Mesh.Kubernetes.Sources;

/// <summary>
/// One cluster read with one set of credentials: a reflector for each kind, and one for each Secret that a Gateway names. What it
/// finds it tells its owner, under the owner's lock.
/// </summary>
internal sealed class ClusterSession : IReflectorTarget, IAsyncDisposable
{
    private readonly IKubeApi _api;
    private readonly KubeSourceOptions _options;
    private readonly ReflectorOptions _reflection;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly Lock _lock;
    private readonly Action<ClusterSession, IReadOnlyList<MeshObject>, IReadOnlyList<ObjectKey>> _changed;
    private readonly Dictionary<ApiSelection, SelectionState> _states = [];
    private readonly Dictionary<ApiSelection, (CancellationTokenSource Stop, Task Task)> _reflectors = [];
    private readonly CancellationTokenSource _stopping = new();

    /// <param name="gate">The owner's lock.</param>
    /// <param name="changed">Called under the lock with what changed; also when only the state did.</param>
    public ClusterSession(
        IKubeApi api, KubeSourceOptions options, TimeProvider time, Random random, Lock gate,
        Action<ClusterSession, IReadOnlyList<MeshObject>, IReadOnlyList<ObjectKey>> changed)
    {
        (_api, _options, _time, _random, _lock, _changed) = (api, options, time, random, gate, changed);
        _reflection = ReflectorOptions.Default with { MinBackoff = options.MinBackoff };
    }

    /// <summary>True once all kinds have been listed, and the Secrets that Gateways name.</summary>
    public bool Synced => _states.Values.All(state => state.Synced || IsRefusedSecret(state));

    /// <summary>
    /// When the kind that was heard longest ago was heard, by <see cref="SteadyTime"/>, of those that do not work at present; null when all do.
    /// </summary>
    public TimeSpan? SilentSince =>
        _states.Values.Where(state => state.Problem is not null && !IsRefused(state)).Select(state => (TimeSpan?)state.HeardAt).Min();

    /// <summary>
    /// True when all is known but kinds that the server has refused for as long as <see cref="KubeSourceOptions.RefusalGrace"/>. What
    /// restricts traffic is not left out that way: without it, calls would be let through that nobody allowed.
    /// </summary>
    public bool CanServe
    {
        get
        {
            var now = _time.Elapsed();
            return _states.Values.All(state =>
                state.Synced || IsRefusedSecret(state)
                || (now - state.RefusedAt >= _options.RefusalGrace && !state.Selection.Resource.RestrictsTraffic));
        }
    }

    /// <summary>Kinds that the server refuses.</summary>
    public IEnumerable<string> RefusedKinds => _states.Values.Where(IsRefused).Select(state => state.Selection.Resource.ToString());

    public IEnumerable<MeshObject> Objects => _states.Values.SelectMany(state => state.Objects.Values);

    /// <summary>Starts reading. Call under the lock.</summary>
    public void Start()
    {
        foreach (var resource in ApiResource.OfTheMesh)
        {
            if (resource == ApiResource.Secret) continue;
            Watch(resource == ApiResource.ConfigMap ? new ApiSelection(resource, _options.RootNamespace, NamePrefix: "istio") : new ApiSelection(resource));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        Task[] tasks;
        lock (_lock) tasks = [.. _reflectors.Values.Select(reflector => reflector.Task)];
        await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _api.Dispose();
        _stopping.Dispose();
    }

    /// <summary>What is wrong, kinds first. Call under the lock.</summary>
    public IEnumerable<Diagnostic> Findings(string cluster)
    {
        foreach (var state in _states.Values)
            if (Finding(state, cluster) is { } finding)
                yield return finding;
        foreach (var state in _states.Values)
            foreach (var finding in state.Findings)
                yield return finding;
    }

    public void Replace(ApiSelection selection, ImmutableArray<ApiItem> items) => Update(selection, (state, upserts, deletes) =>
    {
        SetProblem(state, null);
        state.IsMissing = false;
        state.Replace(items, upserts, deletes);
    });

    public void Change(ApiSelection selection, ApiEvent change) => Update(selection, (state, upserts, deletes) =>
    {
        if (change.Type == ApiEventType.Deleted) state.Remove(change.Item!.Key, deletes);
        else state.Put(change.Item!, upserts);
    });

    public void Heard(ApiSelection selection)
    {
        lock (_lock)
        {
            if (!_states.TryGetValue(selection, out var state)) return;
            state.HeardAt = _time.Elapsed();
            if (state.Problem is null) return;
            SetProblem(state, null);
            _changed(this, [], []);
        }
    }

    public void Forgotten(ApiSelection selection)
    {
        // What was taken over stays until the new list is complete.
    }

    public void Missing(ApiSelection selection) => Update(selection, (state, _, _) =>
    {
        SetProblem(state, null);
        state.IsMissing = true;
    });

    public void Failed(ApiSelection selection, Exception problem)
    {
        lock (_lock)
        {
            if (!_states.TryGetValue(selection, out var state)) return;
            var isSame = state.Problem?.Message == problem.Message;
            SetProblem(state, problem);
            if (!isSame) _changed(this, [], []);
        }
    }

    private void SetProblem(SelectionState state, Exception? problem)
    {
        state.Problem = problem;
        // No answer at all says nothing about rights.
        if (IsRefused(state)) state.RefusedAt ??= _time.Elapsed();
        else if (problem is null or ApiException) state.RefusedAt = null;
    }

    private static bool IsRefused(SelectionState state) => state.Problem is ApiException { Code: HttpStatusCode.Forbidden };

    /// <summary>A gateway with a certificate that it may not read still has others to serve.</summary>
    private static bool IsRefusedSecret(SelectionState state) => state.Selection.Resource == ApiResource.Secret && IsRefused(state);

    private static Diagnostic? Finding(SelectionState state, string cluster)
    {
        var at = new SourceLocation($"kube://{cluster}/{state.Selection.Resource.Kind}");
        return state.Problem switch
        {
            null when state.IsMissing => new Diagnostic(
                Severity.Info, "KindMissing", $"cluster {cluster} has no {state.Selection.Resource}; they are read as soon as it has", at),
            null => null,
            ApiException { Code: HttpStatusCode.Forbidden } e => new Diagnostic(
                Severity.Error, "KubeForbidden",
                $"cluster {cluster} does not let us read {state.Selection}: {e.Message}; {(state.Synced ? "what was read before stays in force; " : "")}apply manifests/rbac/gateway.yaml there",
                at),
            ApiException { Code: HttpStatusCode.Unauthorized } e => new Diagnostic(
                Severity.Error, "KubeUnauthorized", $"cluster {cluster} refuses our credentials: {e.Message}; renew the token or certificate", at),
            _ => new Diagnostic(
                Severity.Warning, "KubeUnreachable",
                $"{state.Selection} of cluster {cluster} cannot be read at present: {state.Problem.Message}; {(state.Synced ? "what was read before stays in force" : "nothing was read yet")}",
                at),
        };
    }

    private void Update(ApiSelection selection, Action<SelectionState, List<MeshObject>, List<ObjectKey>> update)
    {
        lock (_lock)
        {
            // A Secret that no Gateway names any more may still have had something to say.
            if (!_states.TryGetValue(selection, out var state)) return;
            var (upserts, deletes) = (new List<MeshObject>(), new List<ObjectKey>());
            state.HeardAt = _time.Elapsed();
            update(state, upserts, deletes);
            if (WantedSecrets.IsNamedBy(selection.Resource)) FollowSecrets(deletes);
            _changed(this, upserts, deletes);
        }
    }

    private void FollowSecrets(List<ObjectKey> deletes)
    {
        if (_options.CredentialNamespace is not { } space) return;
        var gateways = _states.Values.Where(state => WantedSecrets.IsNamedBy(state.Selection.Resource)).SelectMany(state => state.Objects.Values);
        var wanted = WantedSecrets.Of(gateways, space).Take(_options.MaxSecrets)
            .Select(secret => new ApiSelection(ApiResource.Secret, secret.Namespace, FieldSelector: $"metadata.name={secret.Name}"))
            .ToHashSet();
        foreach (var selection in _states.Keys.Where(key => key.Resource == ApiResource.Secret && !wanted.Contains(key)).ToArray())
        {
            deletes.AddRange(_states[selection].Objects.Keys);
            _states.Remove(selection);
            _reflectors.Remove(selection, out var reflector);
            reflector.Stop.Cancel();
        }

        foreach (var selection in wanted.Where(selection => !_states.ContainsKey(selection))) Watch(selection);
    }

    private void Watch(ApiSelection selection)
    {
        _states.Add(selection, new SelectionState(selection, _time.Elapsed()));
        var stop = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var reflector = new Reflector(selection, _api, this, _reflection, _time, new Random(_random.Next()));
        _reflectors.Add(selection, (stop, Task.Run(() => reflector.RunAsync(stop.Token), CancellationToken.None)));
    }
}
