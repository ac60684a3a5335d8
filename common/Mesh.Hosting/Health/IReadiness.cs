namespace Mesh.Hosting.Health;

/// <summary>Whether this process may get traffic: it may when every named condition is met and it is not draining.</summary>
public interface IReadiness
{
    bool IsReady { get; }

    /// <summary><c>name: what is missing</c>, in the order the conditions were added; empty when ready.</summary>
    IReadOnlyList<string> Missing { get; }

    /// <summary>Raised after <see cref="IsReady"/> changed. Handlers must be quick and must not throw.</summary>
    event Action? Changed;
}
