using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;
using Mesh.Config.Yaml;

namespace Mesh.Config.Observability;

/// <summary>Where a setting stands, for findings about it.</summary>
/// <param name="Subject"><c>Kind ns/name</c>.</param>
/// <param name="Field">From the object's spec on, <c>tracing[0].providers</c>.</param>
public sealed record ConfigPlace(string Subject, SourceLocation Location, string Field)
{
    public static ConfigPlace None { get; } = new("", SourceLocation.None, "");

    /// <summary>The setting has no effect here.</summary>
    /// <param name="message">Says why, and what to do instead.</param>
    public Diagnostic Warning(string message) =>
        new(Severity.Warning, DiagnosticCodes.NoEffect, Field.Length > 0 ? $"{Field}: {message}" : message, Location, Subject);

    internal static ConfigPlace Of(MeshObject item, string field = "") =>
        new($"{item.Kind} {item.Metadata.Namespace}/{item.Metadata.Name}", item.Location, field);

    internal ConfigPlace At(string field) => this with { Field = field };
}
