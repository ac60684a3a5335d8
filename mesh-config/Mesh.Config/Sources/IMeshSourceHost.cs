namespace Mesh.Config.Sources;

/// <summary>A sink whose sources come and go while it runs; implemented by the model. Thread-safe.</summary>
public interface IMeshSourceHost : IMeshSink
{
    /// <summary>Runs one more source. Until the mesh has synced for the first time it is waited for like the others.</summary>
    /// <exception cref="ArgumentException">The source is there already.</exception>
    void Add(IMeshSource source);

    /// <summary>Stops a source and takes its objects out of the mesh; nothing happens for one that is not there.</summary>
    Task RemoveAsync(IMeshSource source);
}
