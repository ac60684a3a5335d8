namespace Mesh.Istiod.Xds;

/// <summary>Whom an <see cref="AdsClient"/> works for. Its members are called one at a time.</summary>
public interface IAdsConsumer
{
    /// <summary>Who the client is; asked for every stream.</summary>
    XdsNode Node();

    /// <summary>What is wanted, asked for every stream; at least one, and the first one goes out with the node.</summary>
    IReadOnlyList<XdsSubscription> Subscriptions();

    /// <summary>Takes over a response that is well-formed.</summary>
    /// <returns>Null when it is accepted; else the reason why it cannot be used, which is told to the server.</returns>
    string? Receive(XdsResponse response);
}
