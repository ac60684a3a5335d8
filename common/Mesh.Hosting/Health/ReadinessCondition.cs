namespace Mesh.Hosting.Health;

/// <summary>One thing a process needs before it may get traffic.</summary>
public sealed class ReadinessCondition
{
    private readonly Readiness owner;

    internal ReadinessCondition(Readiness owner, string name, string waiting)
    {
        this.owner = owner;
        Name = name;
        Waiting = waiting;
    }

    public string Name { get; }

    /// <summary>What is missing; null when met. Written under the owner's lock.</summary>
    internal string? Waiting { get; set; }

    public void Met() => owner.Set(this, null);

    /// <param name="waitingFor">What is missing.</param>
    public void NotMet(string waitingFor)
    {
        ArgumentException.ThrowIfNullOrEmpty(waitingFor);
        owner.Set(this, waitingFor);
    }
}
