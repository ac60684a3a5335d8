using System.Collections.Immutable;
using Mesh.Config.Resources.MeshWide;

namespace Mesh.Config.Observability;

/// <summary>A collector of traces that speaks OTLP, as an extension provider names it.</summary>
/// <param name="Host">A host name or an address.</param>
/// <param name="Path">Null: spans go by gRPC.</param>
/// <param name="Timeout">Of one export; null: the exporter's own.</param>
public sealed record TraceCollector(
    string Host, int Port, string? Path, TimeSpan? Timeout, ImmutableArray<ProviderHeader> Headers)
{
    public bool Equals(TraceCollector? other) => other is not null
        && (Host, Port, Path, Timeout) == (other.Host, other.Port, other.Path, other.Timeout)
        && Headers.SequenceEqual(other.Headers);

    public override int GetHashCode() => HashCode.Combine(Host, Port, Path);
}
