using Mesh.Config.Diagnostics;

namespace Mesh.Config.Yaml;

/// <summary>Where the reader stands: collects diagnostics with the path and place of what they are about.</summary>
internal sealed class ReadContext(string origin)
{
    /// <summary>More findings than this in one text help nobody.</summary>
    public const int MaxDiagnostics = 200;

    /// <summary>Steps to where it is: a name with what stands before it, or an index.</summary>
    private readonly List<(string Before, string Name, int Index)> _path = [];

    public List<Diagnostic> Diagnostics { get; } = [];

    /// <summary><c>Kind ns/name</c> of the object being read.</summary>
    public string Subject { get; set; } = "";

    /// <summary>Errors since the last <see cref="BeginObject"/>.</summary>
    public int Errors { get; private set; }

    /// <summary>Severity of fields that the schema does not know; a live cluster may be newer than this program.</summary>
    public Severity UnknownFields { get; set; } = Severity.Error;

    /// <summary><c>spec.http[0].route</c>; empty at the top.</summary>
    public string Path => Text().TrimStart('.');

    public void BeginObject(string subject)
    {
        Subject = subject;
        Errors = 0;
    }

    public void Enter(string field) => _path.Add((".", field, -1));

    public void EnterKey(string key) => _path.Add(("[", key, -1));

    public void EnterIndex(int index) => _path.Add(("[", "", index));

    public void Leave() => _path.RemoveAt(_path.Count - 1);

    public void Error(YamlValue at, string code, string message) => Add(Severity.Error, at, code, message);

    public void Warning(YamlValue at, string code, string message) => Add(Severity.Warning, at, code, message);

    public SourceLocation Locate(YamlValue at) => new(origin, at.Line, at.Column);

    /// <summary>Put together only where there is something to say.</summary>
    private string Text() => string.Concat(_path.Select(step => step.Before == "."
        ? "." + step.Name
        : $"[{(step.Index < 0 ? step.Name : step.Index.ToString(System.Globalization.CultureInfo.InvariantCulture))}]"));

    /// <param name="below">Path from the message being read down to the place, <c>.route[0].weight</c>.</param>
    public void Add(Severity severity, YamlValue at, string code, string message, string below = "")
    {
        if (severity == Severity.Error) Errors++;
        if (Diagnostics.Count >= MaxDiagnostics) return;
        var path = (Text() + below).TrimStart('.');
        Diagnostics.Add(new Diagnostic(
            severity, code, path.Length == 0 ? message : $"{path}: {message}", Locate(at), Subject));
    }
}
