namespace Mesh.Istiod.Xds;

/// <summary>The two forms of the aggregated discovery service.</summary>
public enum AdsProtocol
{
    /// <summary>Requests name all that is wanted of a type.</summary>
    StateOfTheWorld,

    /// <summary>Requests name what is wanted in addition or no longer; what Istio's own agent uses.</summary>
    Delta,
}
