namespace Mesh.Config.Resources.Networking;

/// <summary>ServerTLSSettings.mode; PASSTHROUGH when absent.</summary>
public enum ServerTlsMode
{
    Passthrough,
    Simple,
    Mutual,
    AutoPassthrough,
    IstioMutual,
    OptionalMutual,
}
