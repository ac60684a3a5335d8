namespace Mesh.Hosting.Settings;

/// <summary>One named setting of a binary: an option, an environment variable and a key of the configuration file.</summary>
public abstract class Setting
{
    private protected Setting(string name, string hint, string description)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(description);
        Name = name;
        Hint = hint;
        Description = description;
    }

    /// <summary>In kebab-case, e.g. <c>listen-address</c>: the option is <c>--listen-address</c>.</summary>
    public string Name { get; }

    /// <summary>What stands for the value in <c>--help</c>, e.g. <c>ADDR:PORT</c>; empty for a flag.</summary>
    public string Hint { get; }

    public string Description { get; }

    /// <summary>As text; null when the setting is required or simply absent by default.</summary>
    public IReadOnlyList<string>? Defaults { get; internal init; }

    public bool Required { get; internal init; }

    /// <summary>May be given more than once; separated by commas in an environment variable, an array in a file.</summary>
    public bool Repeatable { get; internal init; }

    /// <summary>Never printed.</summary>
    public bool Secret { get; internal init; }

    /// <summary>Needs no value on the command line.</summary>
    public bool Flag { get; internal init; }

    /// <exception cref="FormatException">A text is not a value of this setting.</exception>
    internal abstract object? ParseObject(IReadOnlyList<string>? texts);
}
