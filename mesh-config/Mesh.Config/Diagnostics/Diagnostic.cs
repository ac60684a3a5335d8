namespace Mesh.Config.Diagnostics;

/// <summary>One finding about configuration: what, where, and what to do about it.</summary>
/// <param name="Severity">Whether the object was accepted.</param>
/// <param name="Code">Stable identifier, e.g. <c>UnknownField</c>; tests and filters go by it.</param>
/// <param name="Message">Names the object and the remedy, in one sentence or two.</param>
/// <param name="Location">Where it was read.</param>
/// <param name="Subject"><c>Kind ns/name</c> of the object concerned, empty when there is none yet.</param>
public sealed record Diagnostic(
    Severity Severity,
    string Code,
    string Message,
    SourceLocation Location,
    string Subject = "")
{
    public override string ToString() =>
        Subject.Length == 0
            ? $"{Location}: {SeverityText} {Code}: {Message}"
            : $"{Location}: {SeverityText} {Code} [{Subject}]: {Message}";

    private string SeverityText => Severity switch
    {
        Severity.Error => "error",
        Severity.Warning => "warning",
        _ => "info",
    };
}
