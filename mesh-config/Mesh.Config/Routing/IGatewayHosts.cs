namespace Mesh.Config.Routing;

/// <summary>The hosts that VirtualServices give to the ports of a gateway while none of them changes. Thread-safe.</summary>
internal interface IGatewayHosts
{
    /// <summary>Null when no VirtualService has the host on that port.</summary>
    /// <param name="domain">In lower case, without wildcard.</param>
    VirtualHost? Find(ServedPort port, string domain);

    /// <summary>All hosts without wildcard, in lower case, each once, in no order.</summary>
    IEnumerable<string> Domains(ServedPort port);
}
