namespace Mesh.Config.Resources.Observability;

/// <summary>What is done to a dimension.</summary>
public enum TagOperation
{
    Upsert,
    Remove,
}
