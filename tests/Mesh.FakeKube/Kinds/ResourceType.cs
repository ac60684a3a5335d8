using Mesh.FakeKube.Patching;

namespace Mesh.FakeKube.Kinds;

/// <summary>One kind as it is served: its names, versions and rules.</summary>
internal sealed record ResourceType
{
    /// <summary>Empty for the core group.</summary>
    public required string Group { get; init; }

    /// <summary>Preferred first.</summary>
    public required IReadOnlyList<string> Versions { get; init; }

    public required string Kind { get; init; }

    public required string Plural { get; init; }

    public string Singular => Kind.ToLowerInvariant();

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    public bool Namespaced { get; init; } = true;

    /// <summary>Whether <c>status</c> is written by its subresource only.</summary>
    public bool HasStatus { get; init; }

    /// <summary>Whether <c>metadata.generation</c> counts the changes of the wish.</summary>
    public bool HasGeneration { get; init; }

    /// <summary>Defined by a CustomResourceDefinition.</summary>
    public bool IsCustom { get; init; }

    public bool AllowsCreateOnUpdate { get; init; }

    /// <summary>How lists of this kind are merged.</summary>
    public MergeRules Lists { get; init; } = MergeRules.None;

    /// <summary>What <c>kubectl get</c> shows between name and age.</summary>
    public IReadOnlyList<PrinterColumn> Columns { get; init; } = [];

    /// <summary>Plural and group, as in the messages of the API server.</summary>
    public string Id => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    public string QualifiedKind => Group.Length == 0 ? Kind : $"{Kind}.{Group}";

    public string ApiVersion(string version) => Group.Length == 0 ? version : $"{Group}/{version}";
}
