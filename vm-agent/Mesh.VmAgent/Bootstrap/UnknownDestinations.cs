namespace Mesh.VmAgent.Bootstrap;

/// <summary>What the outbound listener does with hosts that the mesh does not know.</summary>
public enum UnknownDestinations
{
    /// <summary>An error that names the host: a typing error does not leave the mesh in plain text.</summary>
    Refuse,

    /// <summary>Passed through as an ordinary proxy does (outboundTrafficPolicy ALLOW_ANY).</summary>
    Allow,
}
