namespace Mesh.Gateway.Listeners;

/// <summary>How the bytes of a listener are understood.</summary>
internal enum ListenerKind
{
    /// <summary>HTTP/1.1 and h2c.</summary>
    Http,

    /// <summary>TLS, which each server of the port terminates or passes through, with HTTP or any bytes inside.</summary>
    Tls,

    /// <summary>Any bytes.</summary>
    Tcp,

    /// <summary>Mesh mTLS towards the services of this network (AUTO_PASSTHROUGH).</summary>
    Passthrough,
}
