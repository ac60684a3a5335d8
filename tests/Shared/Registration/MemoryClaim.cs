using Mesh.Config.Registration;

namespace Mesh.Tests.Shared;

/// <summary>A claim that a test can take away.</summary>
internal sealed class MemoryClaim(Action release) : IRegistrationClaim
{
    public bool IsHeld { get; set; } = true;

    public string? Problem { get; set; }

    public ValueTask DisposeAsync()
    {
        if (IsHeld) release();
        IsHeld = false;
        return ValueTask.CompletedTask;
    }
}
