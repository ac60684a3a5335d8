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
    public const string Deprecated = "Deprecated";

    /// <summary>The setting is accepted and does nothing.</summary>
    public const string NoEffect = "NoEffect";
    public const string UnreachableRule = "VirtualServiceUnreachableRule";
    public const string IneffectiveMatch = "VirtualServiceIneffectiveMatch";
    public const string UnknownKind = "UnknownKind";
    public const string WrongApiVersion = "WrongApiVersion";
    public const string DuplicateObject = "DuplicateObject";
    public const string NotAnObject = "NotAnObject";
}
