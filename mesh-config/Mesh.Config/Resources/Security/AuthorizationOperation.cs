using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Security;

/// <summary>What a request does: all given fields must match, each by one of its values.</summary>
public sealed record AuthorizationOperation
{
    public ImmutableArray<string> Hosts { get; init; } = [];
    public ImmutableArray<string> NotHosts { get; init; } = [];
    public ImmutableArray<string> Ports { get; init; } = [];
    public ImmutableArray<string> NotPorts { get; init; } = [];
    public ImmutableArray<string> Methods { get; init; } = [];
    public ImmutableArray<string> NotMethods { get; init; } = [];
    public ImmutableArray<string> Paths { get; init; } = [];
    public ImmutableArray<string> NotPaths { get; init; } = [];

    internal static Schema<AuthorizationOperation> Schema { get; } =
        new Schema<AuthorizationOperation>("Operation", () => new AuthorizationOperation())
            .Field("hosts", Codecs.List(Codecs.Text), x => x.Hosts, (x, v) => x with { Hosts = v })
            .Field("notHosts", Codecs.List(Codecs.Text), x => x.NotHosts, (x, v) => x with { NotHosts = v })
            .Field("ports", Codecs.List(Codecs.Text), x => x.Ports, (x, v) => x with { Ports = v })
            .Field("notPorts", Codecs.List(Codecs.Text), x => x.NotPorts, (x, v) => x with { NotPorts = v })
            .Field("methods", Codecs.List(Codecs.Text), x => x.Methods, (x, v) => x with { Methods = v })
            .Field("notMethods", Codecs.List(Codecs.Text), x => x.NotMethods, (x, v) => x with { NotMethods = v })
            .Field("paths", Codecs.List(Codecs.Text), x => x.Paths, (x, v) => x with { Paths = v })
            .Field("notPaths", Codecs.List(Codecs.Text), x => x.NotPaths, (x, v) => x with { NotPaths = v })
            .AcceptSnakeCase();
}
