namespace Mesh.Hosting.Health;

/// <summary>The readiness of one process; thread-safe.</summary>
/// <example><code>
/// var identity = readiness.Add("identity", "no certificate from the CA yet");
/// ...
/// identity.Met();
/// </code></example>
public sealed class Readiness : IReadiness
{
    private readonly Lock gate = new();
    private readonly List<ReadinessCondition> conditions = [];
    private bool draining;

    public event Action? Changed;

    public bool IsReady => Missing.Count == 0;

    /// <summary>True after <see cref="Drain"/>; there is no way back.</summary>
    public bool IsDraining
    {
        get { lock (gate) return draining; }
    }

    public IReadOnlyList<string> Missing
    {
        get
        {
            lock (gate)
            {
                var missing = conditions.Where(condition => condition.Waiting is not null)
                    .Select(condition => $"{condition.Name}: {condition.Waiting}").ToList();
                if (draining) missing.Insert(0, "draining: this process is shutting down");
                return missing;
            }
        }
    }

    /// <summary>Adds a condition that is not met until <see cref="ReadinessCondition.Met"/> is called.</summary>
    /// <param name="waitingFor">What is missing, for the one who reads <c>/healthz/ready</c>.</param>
    public ReadinessCondition Add(string name, string waitingFor)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(waitingFor);
        var condition = new ReadinessCondition(this, name, waitingFor);
        Change(() => conditions.Add(condition));
        return condition;
    }

    /// <summary>Not ready from now on; the first step of a graceful shutdown.</summary>
    public void Drain() => Change(() => draining = true);

    internal void Set(ReadinessCondition condition, string? waiting) => Change(() => condition.Waiting = waiting);

    private void Change(Action change)
    {
        bool changed;
        lock (gate)
        {
            var before = IsReady;
            change();
            changed = before != IsReady;
        }

        if (changed) Changed?.Invoke();
    }
}
