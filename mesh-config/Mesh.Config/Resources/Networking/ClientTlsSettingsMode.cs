namespace Mesh.Config.Resources.Networking;

/// <summary>ClientTLSSettings.mode; an empty block means DISABLE.</summary>
public enum ClientTlsSettingsMode
{
    Disable,
    Simple,
    Mutual,
    IstioMutual,
}
