namespace Mesh.Hosting.Settings;

/// <summary>A setting whose value is a <typeparamref name="T"/>; made by <see cref="SettingsDefinition"/>.</summary>
public sealed class Setting<T> : Setting
{
    private readonly Func<IReadOnlyList<string>?, T> parse;

    internal Setting(string name, string hint, string description, Func<IReadOnlyList<string>?, T> parse)
        : base(name, hint, description) => this.parse = parse;

    internal override object? ParseObject(IReadOnlyList<string>? texts) => parse(texts);
}
