namespace Mesh.DataPlane.Http;

/// <summary>Envoy's response flags that our proxies use in access logs.</summary>
/// <remarks>Source: Envoy, "Access logging: %RESPONSE_FLAGS%".</remarks>
public static class ResponseFlags
{
    public const string None = "-";
    public const string NoRoute = "NR";
    public const string NoCluster = "NC";
    public const string NoHealthyUpstream = "UH";
    public const string UpstreamConnectionFailure = "UF";
    public const string UpstreamOverflow = "UO";
    public const string UpstreamReset = "UR";
    public const string UpstreamConnectionTermination = "UC";
    public const string UpstreamTimeout = "UT";
    public const string RetryLimitExceeded = "URX";
    public const string DownstreamConnectionTermination = "DC";
    public const string DownstreamProtocolError = "DPE";
    public const string DelayInjected = "DI";
    public const string FaultInjected = "FI";
    public const string UnauthorizedExternalService = "UAEX";
}
