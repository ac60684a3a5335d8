namespace Mesh.Config.Model;

/// <summary>ServerTLSSettings.mode of a Gateway server; <see cref="None"/> for a server without tls.</summary>
public enum GatewayTlsMode
{
    None,
    Passthrough,
    Simple,
    Mutual,
    AutoPassthrough,
    IstioMutual,
    OptionalMutual,
}
