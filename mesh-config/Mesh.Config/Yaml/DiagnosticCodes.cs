namespace Mesh.Config.Yaml;

/// <summary>Codes of what reading can find.</summary>
internal static class DiagnosticCodes
{
    public const string BrokenYaml = "BrokenYaml";
    public const string UnknownField = "UnknownField";
    public const string DuplicateKey = "DuplicateKey";
    public const string WrongType = "WrongType";
    public const string MissingField = "MissingField";
    public const string BadEnum = "BadEnum";
    public const string BadValue = "BadValue";
    public const string UnknownKind = "UnknownKind";
    public const string WrongApiVersion = "WrongApiVersion";
    public const string DuplicateObject = "DuplicateObject";
    public const string NotAnObject = "NotAnObject";
}
