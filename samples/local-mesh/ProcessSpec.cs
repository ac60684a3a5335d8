namespace Mesh.LocalMesh;

/// <summary>One process of the local mesh and how to know that it serves.</summary>
/// <param name="Name">Unique; names its logs and its pid file.</param>
/// <param name="Network">Decides the namespace it runs in.</param>
/// <param name="Binary">Absolute path.</param>
/// <param name="Ready">HTTP address that answers 200 when ready; <c>tcp://</c> for a port that accepts.</param>
internal sealed record ProcessSpec(
    string Name,
    string Network,
    string Binary,
    IReadOnlyList<string> Arguments,
    Uri Ready)
{
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
