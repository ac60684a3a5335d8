namespace Mesh.Config.Resources.MeshWide;

/// <summary>Form of the access log.</summary>
public enum AccessLogEncoding
{
    Text,
    Json,
}
