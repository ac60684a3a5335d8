using Mesh.Config.Diagnostics;

namespace Mesh.Config.Resources;

/// <summary>What all objects have in common, read before the rest.</summary>
internal sealed record ResourceHeader(string ApiVersion, string Kind, ObjectMeta Metadata, SourceLocation Location);
