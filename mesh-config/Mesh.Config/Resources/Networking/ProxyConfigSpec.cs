using System.Collections.Immutable;
using Mesh.Config.Resources.Security;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Settings of the proxies of some workloads.</summary>
public sealed record ProxyConfigSpec
{
    public PolicySelector? Selector { get; init; }

    /// <summary>Worker threads; 0 means one for each core.</summary>
    public int? Concurrency { get; init; }

    public ImmutableSortedDictionary<string, string> EnvironmentVariables { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public ProxyImage? Image { get; init; }

    internal static Schema<ProxyConfigSpec> Schema { get; } =
        new Schema<ProxyConfigSpec>("ProxyConfig", () => new ProxyConfigSpec())
            .Message("selector", PolicySelector.Schema, x => x.Selector, (x, v) => x with { Selector = v })
            .Field("concurrency", Codecs.Optional(Codecs.Int), x => x.Concurrency, (x, v) => x with { Concurrency = v })
            .Field("environmentVariables", Codecs.Map(Codecs.Text),
                x => x.EnvironmentVariables, (x, v) => x with { EnvironmentVariables = v })
            .Message("image", ProxyImage.Schema, x => x.Image, (x, v) => x with { Image = v })
            .AcceptSnakeCase();
}
