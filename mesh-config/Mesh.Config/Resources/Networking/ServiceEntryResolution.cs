namespace Mesh.Config.Resources.Networking;

/// <summary>How the endpoints of a ServiceEntry are found.</summary>
public enum ServiceEntryResolution
{
    None,
    Static,
    Dns,
    DnsRoundRobin,
    DynamicDns,
}
