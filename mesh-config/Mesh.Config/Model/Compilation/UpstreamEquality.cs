namespace Mesh.Config.Model.Compilation;

/// <summary>Upstreams by value, so that an unchanged one keeps its instance from snapshot to snapshot.</summary>
internal static class UpstreamEquality
{
    public static bool Same(Upstream left, Upstream right) =>
        left.Key == right.Key
        && left.Protocol == right.Protocol
        && left.Discovery == right.Discovery
        && left.Tls == right.Tls
        && left.Sni == right.Sni
        && left.MeshExternal == right.MeshExternal
        && left.Policy == right.Policy
        && left.ExpectedIdentities.AsSpan().SequenceEqual(right.ExpectedIdentities.AsSpan())
        && left.Endpoints.Length == right.Endpoints.Length
        && left.Endpoints.Zip(right.Endpoints).All(pair => Same(pair.First, pair.Second));

    private static bool Same(ProxyEndpoint left, ProxyEndpoint right) =>
        // The labels are the only member without equality by value.
        left with { Labels = right.Labels } == right
        && left.Labels.Count == right.Labels.Count
        && LabelMatch.Selects(left.Labels, right.Labels);
}
