namespace Mesh.Istiod.Xds;

/// <summary>Type URLs that istiod serves or takes.</summary>
/// <remarks>Source: istio pkg/model/xds.go.</remarks>
public static class XdsTypes
{
    public const string Listener = Prefix + "envoy.config.listener.v3.Listener";
    public const string Endpoints = Prefix + "envoy.config.endpoint.v3.ClusterLoadAssignment";
    public const string NameTable = Prefix + "istio.networking.nds.v1.NameTable";

    /// <summary>Sent only, and never answered.</summary>
    public const string Health = Prefix + "istio.v1.HealthInformation";

    private const string Prefix = "type.googleapis.com/";
}
