using System.Collections.Immutable;

namespace Mesh.Config.Routing;

/// <summary>One rule of a route table, for people to read.</summary>
/// <param name="Domain">Virtual host: a name, <c>*.suffix</c> or <c>*</c>.</param>
/// <param name="Matches">Alternatives, each such as <c>uri prefix /v1 and method exact GET</c>; empty matches everything.</param>
/// <param name="Route">What is done then.</param>
public sealed record RouteEntry(string Domain, ImmutableArray<string> Matches, HttpRoute Route);
