using System.Net;

namespace Mesh.Gateway.Listeners;

/// <summary>What makes two listeners the same socket: everything else about a listener may change while it is open.</summary>
internal sealed record ListenerKey(IPEndPoint EndPoint, ListenerKind Kind);
