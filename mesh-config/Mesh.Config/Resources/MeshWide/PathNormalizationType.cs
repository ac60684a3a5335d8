namespace Mesh.Config.Resources.MeshWide;

/// <summary>Degrees of path normalization; DEFAULT means BASE.</summary>
public enum PathNormalizationType
{
    Default,
    None,
    Base,
    MergeSlashes,
    DecodeAndMergeSlashes,
}
