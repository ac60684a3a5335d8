using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Security;

/// <summary>Where a request comes from: all given fields must match, each by one of its values.</summary>
public sealed record AuthorizationSource
{
    public ImmutableArray<string> Principals { get; init; } = [];
    public ImmutableArray<string> NotPrincipals { get; init; } = [];
    public ImmutableArray<string> RequestPrincipals { get; init; } = [];
    public ImmutableArray<string> NotRequestPrincipals { get; init; } = [];
    public ImmutableArray<string> Namespaces { get; init; } = [];
    public ImmutableArray<string> NotNamespaces { get; init; } = [];
    public ImmutableArray<string> ServiceAccounts { get; init; } = [];
    public ImmutableArray<string> NotServiceAccounts { get; init; } = [];

    /// <summary>Addresses of the direct peer.</summary>
    public ImmutableArray<string> IpBlocks { get; init; } = [];

    public ImmutableArray<string> NotIpBlocks { get; init; } = [];

    /// <summary>Addresses of the original client, from X-Forwarded-For or the PROXY protocol.</summary>
    public ImmutableArray<string> RemoteIpBlocks { get; init; } = [];

    public ImmutableArray<string> NotRemoteIpBlocks { get; init; } = [];
    public ImmutableArray<string> TrustDomains { get; init; } = [];
    public ImmutableArray<string> NotTrustDomains { get; init; } = [];

    internal static Schema<AuthorizationSource> Schema { get; } =
        new Schema<AuthorizationSource>("Source", () => new AuthorizationSource())
            .Field("principals", Codecs.List(Codecs.Text), x => x.Principals, (x, v) => x with { Principals = v })
            .Field("notPrincipals", Codecs.List(Codecs.Text),
                x => x.NotPrincipals, (x, v) => x with { NotPrincipals = v })
            .Field("requestPrincipals", Codecs.List(Codecs.Text),
                x => x.RequestPrincipals, (x, v) => x with { RequestPrincipals = v })
            .Field("notRequestPrincipals", Codecs.List(Codecs.Text),
                x => x.NotRequestPrincipals, (x, v) => x with { NotRequestPrincipals = v })
            .Field("namespaces", Codecs.List(Codecs.Text), x => x.Namespaces, (x, v) => x with { Namespaces = v })
            .Field("notNamespaces", Codecs.List(Codecs.Text),
                x => x.NotNamespaces, (x, v) => x with { NotNamespaces = v })
            .Field("serviceAccounts", Codecs.List(Codecs.Text),
                x => x.ServiceAccounts, (x, v) => x with { ServiceAccounts = v })
            .Field("notServiceAccounts", Codecs.List(Codecs.Text),
                x => x.NotServiceAccounts, (x, v) => x with { NotServiceAccounts = v })
            .Field("ipBlocks", Codecs.List(Codecs.Text), x => x.IpBlocks, (x, v) => x with { IpBlocks = v })
            .Field("notIpBlocks", Codecs.List(Codecs.Text), x => x.NotIpBlocks, (x, v) => x with { NotIpBlocks = v })
            .Field("remoteIpBlocks", Codecs.List(Codecs.Text),
                x => x.RemoteIpBlocks, (x, v) => x with { RemoteIpBlocks = v })
            .Field("notRemoteIpBlocks", Codecs.List(Codecs.Text),
                x => x.NotRemoteIpBlocks, (x, v) => x with { NotRemoteIpBlocks = v })
            .Field("trustDomains", Codecs.List(Codecs.Text), x => x.TrustDomains, (x, v) => x with { TrustDomains = v })
            .Field("notTrustDomains", Codecs.List(Codecs.Text),
                x => x.NotTrustDomains, (x, v) => x with { NotTrustDomains = v })
            .AcceptSnakeCase();
}
