namespace Mesh.Kubernetes.Watching;

/// <summary>Time that nobody sets: how long something lasts must not depend on a clock that is put right meanwhile.</summary>
internal static class SteadyTime
{
    /// <summary>Since some moment in the past, always the same one.</summary>
    public static TimeSpan Elapsed(this TimeProvider time) => time.GetElapsedTime(0);
}
