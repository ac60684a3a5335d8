using System.Text;
using Mesh.Config.Registration;

namespace Mesh.DataPlane.Registration;

/// <summary>A file that is open and locked for as long as the claim holds.</summary>
internal sealed class FileClaim : IRegistrationClaim
{
    private readonly FileStream stream;
    private readonly string path;

    private FileClaim(FileStream stream, string path)
    {
        this.stream = stream;
        this.path = path;
    }

    /// <summary>The kernel keeps the lock for as long as the file is open.</summary>
    public bool IsHeld => true;

    public string? Problem => null;

    /// <summary>Null when another process, or another part of this one, holds it.</summary>
    /// <exception cref="DirectoryNotFoundException">The folder is missing.</exception>
    public static FileClaim? TryTake(string path, string holder)
    {
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (error is not DirectoryNotFoundException && File.Exists(path))
        {
            return null;
        }

        stream.SetLength(0);
        stream.Write(Encoding.UTF8.GetBytes(holder + "\n"));
        stream.Flush();
        return new FileClaim(stream, path);
    }

    public ValueTask DisposeAsync()
    {
        // Deleted while still locked: whoever opens the name afterwards gets a new file and a new lock.
        File.Delete(path);
        return stream.DisposeAsync();
    }
}
