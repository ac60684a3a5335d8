using System.Collections.Immutable;

namespace Mesh.Hosting.AccessLogs;

/// <summary>Turns entries into lines.</summary>
public interface IAccessLogFormat
{
    /// <summary>Request headers it wants to see, in lower case, beyond those that entries have anyway.</summary>
    ImmutableArray<string> RequestHeaders => [];

    /// <summary>Response headers it wants to see, in lower case.</summary>
    ImmutableArray<string> ResponseHeaders => [];

    /// <summary>One line without its end; null for an entry that gives none in this format.</summary>
    string? Line(AccessLogEntry entry);
}
