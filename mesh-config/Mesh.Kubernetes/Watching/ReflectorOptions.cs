namespace Mesh.Kubernetes.Watching;

/// <summary>Timing of lists and watches.</summary>
internal sealed record ReflectorOptions
{
    public static ReflectorOptions Default { get; } = new();

    /// <summary>First pause after a failure; doubled with each further one, and up to half longer by chance.</summary>
    public TimeSpan MinBackoff { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A watch is to last this long, up to twice as long by chance, so that not all end together.</summary>
    public TimeSpan WatchTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a resource that the server does not have is asked for again.</summary>
    public TimeSpan MissingProbe { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A resource that was there must be missing for this long before its objects go: an API server that starts does not know
    /// its custom resources yet.
    /// </summary>
    public TimeSpan MissingConfirm { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A streaming list that has brought nothing for this long is given up for a list in pages.</summary>
    public TimeSpan StreamingListTime { get; init; } = TimeSpan.FromSeconds(10);
}
