namespace Mesh.Gateway.Listeners;

/// <summary>How the bytes of a listener are understood.</summary>
internal enum ListenerKind
{
    Http,
    Https,
    Passthrough,
}
