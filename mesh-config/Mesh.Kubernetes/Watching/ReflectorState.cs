using System.Globalization;
using System.Net;

namespace Mesh.Kubernetes.Watching;

/// <summary>
/// Decides what a reflector does next and when, from what became of the last step. Pure but for its random numbers: time comes
/// in as an argument, and nothing waits here.
/// </summary>
internal sealed class ReflectorState(ReflectorOptions options, Random random)
{
    /// <summary>So many watches refused in a row mean that the place to go on from is of no use.</summary>
    private const int MaxRefusedWatches = 5;

    private int _failures;
    private int _refusedWatches;
    private TimeSpan? _missingSince;

    public ReflectorStep Next { get; private set; } = ReflectorStep.Probe;

    /// <summary>How long to wait before <see cref="Next"/>.</summary>
    public TimeSpan Pause { get; private set; }

    /// <summary>Version of the API, once known.</summary>
    public string Version { get; private set; } = "";

    /// <summary>How far the watch has come.</summary>
    public string ResourceVersion { get; private set; } = "";

    /// <summary>False once the server has shown that it cannot stream lists.</summary>
    public bool StreamsLists { get; private set; } = true;

    /// <summary>True when a list has been taken over.</summary>
    public bool HasListed { get; private set; }

    public void Found(string version)
    {
        Version = version;
        _missingSince = null;
        Go(ReflectorStep.List, TimeSpan.Zero);
    }

    /// <param name="now">By <see cref="SteadyTime"/>.</param>
    /// <returns>True when the resource counts as absent: its objects, if there were any, are gone.</returns>
    public bool Missing(TimeSpan now)
    {
        _missingSince ??= now;
        Go(ReflectorStep.Probe, Spread(options.MissingProbe));
        return !HasListed || now - _missingSince >= options.MissingConfirm;
    }

    public void Listed(string resourceVersion)
    {
        HasListed = true;
        ResourceVersion = resourceVersion;
        _refusedWatches = 0;
        Go(ReflectorStep.Watch, TimeSpan.Zero);
    }

    /// <summary>The watch brought an event or a bookmark.</summary>
    /// <returns>False for an event that has been seen already: one that comes late or twice.</returns>
    public bool Progressed(string resourceVersion)
    {
        // Versions of one resource are ordered numbers (KEP-5504); what is not a number is taken as it comes.
        if (ulong.TryParse(resourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var next) &&
            ulong.TryParse(ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var known) && next <= known)
            return false;
        if (resourceVersion.Length > 0) ResourceVersion = resourceVersion;
        _failures = 0;
        _refusedWatches = 0;
        return true;
    }

    /// <summary>How long the step had gone well before it failed: what goes wrong then is the first failure again.</summary>
    public void Lasted(TimeSpan time)
    {
        // A watch of a kind in which nothing happens brings nothing that would tell.
        if (Next == ReflectorStep.Watch && time >= options.MaxBackoff) _failures = 0;
    }

    /// <summary>The server ended the watch as it does from time to time.</summary>
    /// <param name="wasShort">It ended at once and had brought nothing: that must not become a loop.</param>
    public void WatchEnded(bool wasShort)
    {
        if (!wasShort) _failures = 0;
        Go(ReflectorStep.Watch, wasShort ? Backoff() : TimeSpan.Zero);
    }

    /// <summary>The server no longer has the place to go on from (410).</summary>
    public void Expired() => Go(ReflectorStep.List, Backoff());

    /// <summary>The server does not stream lists; the step is repeated with pages.</summary>
    public void CannotStream()
    {
        StreamsLists = false;
        Go(ReflectorStep.List, TimeSpan.Zero);
    }

    /// <summary>Something went wrong on the way, or the server refused.</summary>
    /// <param name="code">Null when there was no answer.</param>
    public void Failed(HttpStatusCode? code, TimeSpan? retryAfter = null)
    {
        var next = Next;
        if (code is HttpStatusCode.NotFound) next = ReflectorStep.Probe;
        else if (code is not null and not HttpStatusCode.TooManyRequests && Next == ReflectorStep.Watch && ++_refusedWatches >= MaxRefusedWatches)
            next = ReflectorStep.List;
        var pause = Backoff();
        Go(next, retryAfter > pause ? Spread(retryAfter.Value) : pause);
    }

    /// <summary>Length of the next watch.</summary>
    public TimeSpan WatchTime() => options.WatchTime * (1 + random.NextDouble());

    private void Go(ReflectorStep step, TimeSpan pause) => (Next, Pause) = (step, pause);

    private TimeSpan Backoff()
    {
        var pause = options.MinBackoff * Math.Pow(2, Math.Min(_failures++, 20));
        return Spread(pause < options.MaxBackoff ? pause : options.MaxBackoff);
    }

    private TimeSpan Spread(TimeSpan pause) => pause * (1 + (random.NextDouble() / 2));
}
