using Mesh.Config.Diagnostics;
using Mesh.Config.Observability;
using Mesh.Hosting.AccessLogs;

namespace Mesh.DataPlane.Telemetry;

/// <summary>
/// The access log of a proxy: where its option says, else where MeshConfig says, and of what Telemetry resources leave. What they say
/// changes while the proxy runs.
/// </summary>
public sealed class ProxyAccessLog : IAccessLog, IAsyncDisposable
{
    private const string StandardOutput = "/dev/stdout";

    private readonly bool isFixed;
    private volatile Target current;

    /// <param name="path">Null: MeshConfig says where to.</param>
    /// <exception cref="IOException">The file cannot be opened for appending.</exception>
    public ProxyAccessLog(string? path, IAccessLogFormat format)
    {
        isFixed = path is not null;
        current = new Target(path is null ? null : new AccessLogWriter(path, format), null, null, false);
    }

    public bool IsEnabled => current is { Writer: not null, IsDisabled: false };

    public IAccessLogFormat Format => current.Writer?.Format ?? MeshLogFormat.Instance;

    /// <summary>Lines lost because the queue was full or the file could not be written.</summary>
    public long Dropped => current.Writer?.Dropped ?? 0;

    public void Write(AccessLogEntry entry)
    {
        var target = current;
        if (target is not { Writer: { } writer, IsDisabled: false }) return;
        if (target.Filter?.Passes(entry) != false) writer.Write(entry);
    }

    /// <summary>Takes up what the configuration says now; not to be called at the same time as itself.</summary>
    /// <returns>What of it cannot be done, each with its place.</returns>
    public async Task<IReadOnlyList<Diagnostic>> FollowAsync(ProxyObservability configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var problems = new List<Diagnostic>();
        var old = current;
        var filter = FilterOf(configuration, problems);
        var isDisabled = configuration.AccessLogWanted == false;
        if (isFixed)
        {
            current = old with { Filter = filter, IsDisabled = isDisabled };
            return problems;
        }

        // What another level switched off is not opened either.
        var sink = isDisabled ? null : configuration.AccessLog;
        if (sink == old.Sink)
        {
            current = old with { Filter = filter, IsDisabled = isDisabled };
            return problems;
        }

        current = new Target(sink is null ? null : Open(sink, configuration.AccessLogPlace, problems), sink, filter, isDisabled);
        if (old.Writer is not null) await old.Writer.DisposeAsync().ConfigureAwait(false);
        return problems;
    }

    /// <summary>After a rotation: lines go to a new file of the same path.</summary>
    public void Reopen() => current.Writer?.Reopen();

    public async ValueTask DisposeAsync()
    {
        if (current.Writer is { } writer) await writer.DisposeAsync().ConfigureAwait(false);
    }

    private static AccessLogWriter? Open(AccessLogSink sink, ConfigPlace place, List<Diagnostic> problems)
    {
        IAccessLogFormat format;
        try
        {
            format = AccessLogFormats.Of(sink.IsJson, sink.Format);
        }
        catch (FormatException error)
        {
            problems.Add(place.Warning($"format of {sink.Path}: {error.Message}; Istio's default format is written instead"));
            format = AccessLogFormats.Of(sink.IsJson, "");
        }

        try
        {
            return new AccessLogWriter(sink.Path == StandardOutput ? "-" : sink.Path, format);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add(place.Warning($"cannot write {sink.Path}: {error.Message}; no access log is written until another place is configured"));
            return null;
        }
    }

    private static AccessLogFilter? FilterOf(ProxyObservability configuration, List<Diagnostic> problems)
    {
        if (configuration.AccessLogFilter.Length == 0) return null;
        try
        {
            return AccessLogFilter.Parse(configuration.AccessLogFilter);
        }
        catch (FormatException error)
        {
            problems.Add(configuration.FilterPlace.Warning($"{error.Message}; everything is logged"));
            return null;
        }
    }

    /// <param name="Sink">What the writer was opened for; null for the option's.</param>
    private sealed record Target(AccessLogWriter? Writer, AccessLogSink? Sink, AccessLogFilter? Filter, bool IsDisabled);
}
