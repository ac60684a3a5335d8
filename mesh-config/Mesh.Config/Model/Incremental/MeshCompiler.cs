using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Model.Compilation;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Core;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Model.Incremental;

/// <summary>
/// Keeps the compiled mesh up to date: after a change it computes again what had read something that is not the same
/// any more, and from there on only while results differ by value. The functions that compute know nothing of this;
/// a <see cref="MeshReader"/> takes down what they read. Not thread-safe.
/// </summary>
internal sealed class MeshCompiler(MeshModelOptions options) : IMeshState
{
    /// <summary>A computation that is still not settled after so many runs in one update is left as it is and reported.</summary>
    private const int MaxRuns = 100;

    private readonly Dictionary<Dependency, Computation> _computations = [];
    private readonly DependencyGraph _graph = new();
    private readonly PriorityQueue<Dependency, int> _queue = new();
    private readonly HashSet<Dependency> _queued = [];
    private readonly Dictionary<Dependency, int> _runs = [];
    private readonly Dictionary<string, int> _networkUses = new(StringComparer.Ordinal);
    private readonly ImmutableSortedDictionary<string, CompiledService>.Builder _services =
        ImmutableSortedDictionary.CreateBuilder<string, CompiledService>(StringComparer.Ordinal);
    private readonly ImmutableDictionary<string, CompiledService>.Builder _declarations =
        ImmutableDictionary.CreateBuilder<string, CompiledService>(StringComparer.Ordinal);
    private readonly ImmutableDictionary<Dependency, object>.Builder _facts = ImmutableDictionary.CreateBuilder<Dependency, object>();
    private ImmutableSortedSet<string> _networks = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);
    private NetworkGateways _gateways = NetworkGateways.None;

    public MeshIndex Index { get; private set; } = MeshIndex.Empty(options.ClusterDomain);

    public MeshModelOptions Options => options;

    /// <summary>Findings of the compilation and whatever else its user adds.</summary>
    public DiagnosticCounts Diagnostics { get; } = new();

    /// <summary>The compiled mesh; shares with earlier ones what did not change.</summary>
    public CompiledMesh Mesh { get; private set; } = CompiledMesh.Empty(options);

    /// <summary>Takes some objects and brings everything that depends on them up to date.</summary>
    /// <param name="changes">Each object that is there now, or null when it is gone, by its name.</param>
    public void Update(IEnumerable<(Dependency Name, MeshObject? Object)> changes)
    {
        var touched = new HashSet<Dependency>();
        Index = Index.With(changes, touched);
        _runs.Clear();
        foreach (var dependency in touched)
        {
            Seed(dependency);
            EnqueueReaders(dependency);
        }

        if (!_computations.ContainsKey(Dependency.Gateways)) SeedGlobals();
        while (_queue.TryDequeue(out var next, out _))
        {
            // A fact that was asked for has been computed meanwhile.
            if (_queued.Remove(next)) Run(next);
        }

        Mesh = Mesh with
        {
            Version = Mesh.Version + 1,
            Index = Index,
            Services = _services.ToImmutable(),
            Declarations = _declarations.ToImmutable(),
            Facts = _facts.ToImmutable(),
            Networks = _networks,
            Gateways = _gateways,
        };
    }

    public object? Observe(Dependency dependency) => dependency.Kind switch
    {
        DependencyKind.Service => _services.GetValueOrDefault(dependency.Name),
        DependencyKind.Declaration => _declarations.GetValueOrDefault(dependency.Name),
        DependencyKind.Fact => _facts.GetValueOrDefault(dependency),
        DependencyKind.Networks => _networks,
        DependencyKind.Gateways => _gateways,
        _ => Index.Find(dependency),
    };

    public object Fact(Dependency name, Func<MeshReader, object> compute, MeshReader reader)
    {
        if (!_computations.ContainsKey(name))
        {
            _computations.Add(name, new Computation((own, _) => compute(own)));
            Run(name);
        }
        else if (_queued.Remove(name))
        {
            Run(name);
        }

        var value = _facts[name];
        reader.Note(name, value);
        return value;
    }

    /// <summary>New objects that nobody can have asked for yet.</summary>
    private void Seed(Dependency touched)
    {
        if (touched.Kind == DependencyKind.Key
            && (touched.Of == typeof(Service) || touched.Of == typeof(ServiceEntry))
            && touched.Name.StartsWith(IndexKeys.HostPrefix, StringComparison.Ordinal))
        {
            var host = touched.Name[IndexKeys.HostPrefix.Length..];
            Ensure(Dependency.OnService(host), (reader, findings) => ServiceCompiler.Compile(host, reader, findings));
        }
        else if (touched.Kind == DependencyKind.Object && ModelFindings.MayHave(touched.Of!))
        {
            Ensure(touched.Findings(), (reader, findings) =>
            {
                ModelFindings.Collect(touched, reader, findings);
                return null;
            });
        }
    }

    private void SeedGlobals()
    {
        Ensure(Dependency.Gateways, NetworkGateways.Compile);
        Ensure(Dependency.NetworkFindings, (reader, findings) =>
        {
            ModelFindings.CollectNetworks(reader, findings);
            return null;
        });
    }

    private void Ensure(Dependency name, Func<MeshReader, List<Diagnostic>, object?> compute)
    {
        if (_computations.TryAdd(name, new Computation(compute))) Enqueue(name);
    }

    private void Enqueue(Dependency computation)
    {
        if (_queued.Add(computation)) _queue.Enqueue(computation, (int)computation.Kind);
    }

    private void EnqueueReaders(Dependency dependency)
    {
        foreach (var reader in _graph.ReadersOf(dependency)) Enqueue(reader);
    }

    private void Run(Dependency name)
    {
        var computation = _computations[name];
        var findings = new List<Diagnostic>();
        var reader = new MeshReader(this);
        object? value;
        try
        {
            value = Settles(name)
                ? computation.Compute(reader, findings)
                : throw new InvalidOperationException("it depends on itself and does not settle");
        }
#pragma warning disable CA1031 // Whatever a resource made go wrong: what was compiled last stays in force, and is reported.
        catch (Exception e)
#pragma warning restore CA1031
        {
            value = computation.Value;
            findings.Add(new Diagnostic(
                Severity.Error, "CompileFailed",
                $"{name.Kind} {name.Namespace}/{name.Name} cannot be compiled ({e.GetType().Name}: {e.Message}); its last good state stays in force",
                SourceLocation.None));
        }

        var reads = reader.Reads.Keys.ToImmutableArray();
        _graph.Replace(name, computation.Reads, reads);
        computation.Reads = reads;
        var next = findings.ToImmutableArray();
        Diagnostics.Replace(computation.Findings, next);
        computation.Findings = next;
        var before = computation.Value;
        computation.Value = value;
        Publish(name, computation, before);
        if (value is null && !HasSubject(name)) Forget(name, computation);
    }

    private bool Settles(Dependency name) => (_runs[name] = _runs.GetValueOrDefault(name) + 1) <= MaxRuns;

    /// <summary>Puts a result where others read it, and has them computed again if it is another by value.</summary>
    private void Publish(Dependency name, Computation computation, object? before)
    {
        switch (name.Kind)
        {
            case DependencyKind.Fact:
                if (before is not null && before.Equals(computation.Value))
                {
                    computation.Value = before;
                    return;
                }

                _facts[name] = computation.Value!;
                break;
            case DependencyKind.Gateways:
                if (before is NetworkGateways gateways && gateways.Same((NetworkGateways)computation.Value!))
                {
                    computation.Value = before;
                    return;
                }

                _gateways = (NetworkGateways)computation.Value!;
                break;
            case DependencyKind.Service:
                if (!PublishService(name.Name, computation, (CompiledService?)before)) return;
                break;
            default:
                return;
        }

        EnqueueReaders(name);
    }

    private bool PublishService(string host, Computation computation, CompiledService? before)
    {
        var next = (CompiledService?)computation.Value;
        if (before is null && next is null) return false;
        if (before is not null && next is not null && ByValue.Same(before, next))
        {
            computation.Value = before;
            return false;
        }

        if (next is null) _services.Remove(host);
        else _services[host] = next;
        PublishDeclaration(host, next?.WithoutEndpoints());
        CountNetworks(before, next);
        return true;
    }

    private void PublishDeclaration(string host, CompiledService? next)
    {
        var before = _declarations.GetValueOrDefault(host);
        if (before is null && next is null || before is not null && next is not null && ByValue.Same(before, next)) return;
        if (next is null) _declarations.Remove(host);
        else _declarations[host] = next;
        EnqueueReaders(Dependency.OnDeclaration(host));
    }

    private void CountNetworks(CompiledService? before, CompiledService? next)
    {
        foreach (var network in NetworksOf(next))
            _networkUses[network] = _networkUses.GetValueOrDefault(network) + 1;
        foreach (var network in NetworksOf(before))
            if (--_networkUses[network] == 0)
                _networkUses.Remove(network);
        if (_networkUses.Count == _networks.Count && _networkUses.Keys.All(_networks.Contains)) return;
        _networks = _networkUses.Keys.ToImmutableSortedSet(StringComparer.Ordinal);
        EnqueueReaders(Dependency.Networks);
    }

    private static IEnumerable<string> NetworksOf(CompiledService? service) =>
        service is null
            ? []
            : service.Others.Insert(0, service)
                .SelectMany(one => one.Ports)
                .SelectMany(port => port.Endpoints)
                .Select(endpoint => endpoint.Network)
                .Where(network => network.Length > 0)
                .Distinct(StringComparer.Ordinal);

    private bool HasSubject(Dependency name) => name.Kind switch
    {
        DependencyKind.Service =>
            Index.Find(Dependency.OnKey(typeof(Service), "", "", IndexKeys.Host(name.Name))) is not null
            || Index.Find(Dependency.OnKey(typeof(ServiceEntry), "", "", IndexKeys.Host(name.Name))) is not null,
        DependencyKind.Findings when name.Of is not null => Index.Find(name with { Kind = DependencyKind.Object }) is not null,
        _ => true,
    };

    private void Forget(Dependency name, Computation computation)
    {
        _graph.Replace(name, computation.Reads, []);
        Diagnostics.Replace(computation.Findings, []);
        _computations.Remove(name);
    }
}
