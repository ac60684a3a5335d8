using System.Collections.Immutable;
using Mesh.Kubernetes.Api;

namespace Mesh.Kubernetes.Watching;

/// <summary>Takes over what a reflector finds. Calls of one reflector come one after the other.</summary>
internal interface IReflectorTarget
{
    /// <summary>All there is now; empty when the server does not have the resource.</summary>
    void Replace(ApiSelection selection, ImmutableArray<ApiItem> items);

    void Change(ApiSelection selection, ApiEvent change);

    /// <summary>The server was heard.</summary>
    void Heard(ApiSelection selection);

    /// <summary>The server has forgotten how far we were: what happens is not heard until all there is has been listed again.</summary>
    void Forgotten(ApiSelection selection);

    /// <summary>The server does not have the resource (yet).</summary>
    void Missing(ApiSelection selection);

    /// <summary>It does not work at present; it is tried again.</summary>
    void Failed(ApiSelection selection, Exception problem);
}
