namespace Mesh.Hosting.Settings;

/// <summary>What options, variables and the <c>--config</c> file say, for whoever has to find the rest.</summary>
public sealed class GivenSettings
{
    private readonly Func<Setting, IReadOnlyList<string>?> find;

    internal GivenSettings(Func<Setting, IReadOnlyList<string>?> find, IReadOnlyDictionary<string, string> environment)
    {
        this.find = find;
        Environment = environment;
    }

    /// <summary>All variables of the process.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Null when it was not given; not yet parsed.</summary>
    public string? Text(Setting setting) => find(setting) is [var first, ..] ? first : null;
}
