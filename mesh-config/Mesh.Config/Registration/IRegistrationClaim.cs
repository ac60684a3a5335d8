namespace Mesh.Config.Registration;

/// <summary>A name in a registry that one agent has. Disposing gives it back and leaves the entry alone.</summary>
public interface IRegistrationClaim : IAsyncDisposable
{
    /// <summary>False once somebody else has the name: then nothing may be written under it any more.</summary>
    bool IsHeld { get; }

    /// <summary>Why the sign of life could not be given the last time; null when all is well.</summary>
    string? Problem { get; }
}
