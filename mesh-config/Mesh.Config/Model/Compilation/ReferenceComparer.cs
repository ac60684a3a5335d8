using System.Runtime.CompilerServices;

namespace Mesh.Config.Model.Compilation;

/// <summary>Compares by identity: objects are immutable, so a changed one is another instance.</summary>
internal sealed class ReferenceComparer<T> : IEqualityComparer<T> where T : class
{
    public static ReferenceComparer<T> Instance { get; } = new();

    public bool Equals(T? x, T? y) => ReferenceEquals(x, y);

    public int GetHashCode(T obj) => RuntimeHelpers.GetHashCode(obj);
}
