namespace Mesh.Config.Resources.Networking;

/// <summary>What to do with preflight requests that match no origin.</summary>
public enum UnmatchedPreflights
{
    Unspecified,
    Forward,
    Ignore,
}
