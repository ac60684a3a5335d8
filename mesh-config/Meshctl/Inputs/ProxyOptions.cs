using System.Collections.Immutable;
using System.CommandLine;
using Mesh.Config.Model;
using Mesh.Config.Resources.Core;

namespace Meshctl.Inputs;

/// <summary>The options that say whose view of the mesh is meant.</summary>
internal sealed class ProxyOptions
{
    private const int MaxSlashes = 4;
    private const string NetworkLabel = "topology.istio.io/network";

    private readonly Option<string?> _from = new("--from")
    {
        HelpName = "CLUSTER[/NETWORK[/REGION/ZONE]]",
        Description = "Where the proxy is. Default: the first cluster. Without NETWORK that of the cluster's istio-system; CLUSTER/ is no network.",
    };

    private readonly Option<string> _namespace = new("--namespace", "-n")
    {
        HelpName = "NS",
        DefaultValueFactory = _ => "default",
        Description = "Namespace of the proxy, and of objects that give none.",
    };

    private readonly Option<string[]> _labels = new("--labels", "-l")
    {
        HelpName = "k=v[,k=v]",
        Description = "Labels of the proxy's workload.",
    };

    private readonly Option<ProxyType> _type = Choice.Of("--type", ["sidecar", "router"], ProxyType.Sidecar, "What the proxy is.");

    public ProxyOptions()
    {
        _labels.Validators.Add(result =>
        {
            foreach (var label in result.Tokens.SelectMany(token => token.Value.Split(',')))
                if (label.IndexOf('=', StringComparison.Ordinal) <= 0)
                    result.AddError($"'{label}' is no label; write --labels app=payments");
        });
        _from.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && (text.Length == 0 || text.StartsWith('/')))
                result.AddError("--from begins with a cluster, for example --from eks-a/vpc-a/us-east-1/us-east-1a");
            else if (result.Tokens is [{ Value: var where }] && where.Count(c => c == '/') > MaxSlashes)
                result.AddError($"--from {where} has too many parts; write CLUSTER/NETWORK/REGION/ZONE/SUBZONE at most");
        });
    }

    public void AddTo(Command command)
    {
        command.Options.Add(_from);
        command.Options.Add(_namespace);
        command.Options.Add(_labels);
        command.Options.Add(_type);
    }

    public string Namespace(ParseResult parsed) => parsed.GetValue(_namespace)!;

    public ProxyScope Scope(ParseResult parsed, MeshInput input, MeshSnapshot snapshot)
    {
        var parts = (parsed.GetValue(_from) ?? input.Clusters.First()).Split('/', 3);
        return new ProxyScope
        {
            Type = parsed.GetValue(_type),
            Cluster = parts[0],
            Network = parts.Length > 1 ? parts[1] : NetworkOf(snapshot, parts[0]),
            Locality = parts.Length > 2 ? Locality.Parse(parts[2]) : Locality.Unknown,
            Namespace = Namespace(parsed),
            Labels = (parsed.GetValue(_labels) ?? []).SelectMany(text => text.Split(','))
                .Select(label => label.Split('=', 2))
                .GroupBy(pair => pair[0])
                .ToImmutableSortedDictionary(group => group.Key, group => group.Last()[1], StringComparer.Ordinal),
        };
    }

    /// <summary>As the injector sets it: from the label of the root namespace.</summary>
    private static string NetworkOf(MeshSnapshot snapshot, string cluster) =>
        snapshot.Objects<Namespace>()
            .Where(entry => entry.Cluster == cluster && entry.Object.Metadata.Name == MeshModelOptions.Default.RootNamespace)
            .Select(entry => entry.Object.Metadata.Labels.GetValueOrDefault(NetworkLabel))
            .FirstOrDefault() ?? "";
}
