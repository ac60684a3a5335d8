namespace Mesh.Config.Sources;

/// <summary>Takes the changes of sources; implemented by the model. Thread-safe.</summary>
public interface IMeshSink
{
    void Apply(IMeshSource source, MeshChanges changes);
}
