namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Who ends the TLS connection.</summary>
public enum ListenerTlsMode
{
    Terminate,
    Passthrough,
}
