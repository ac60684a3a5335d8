namespace Mesh.VmAgent.Bootstrap;

/// <summary><c>--register</c>: where the WorkloadEntry goes.</summary>
/// <param name="Folder">Folder that a <c>--source</c> of the registering cluster reads.</param>
public sealed record RegistrationSpec(string Folder)
{
    /// <summary>Reads <c>file:DIR</c>.</summary>
    /// <exception cref="FormatException">Another form; the message shows the right one.</exception>
    public static RegistrationSpec Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        const string prefix = "file:";
        if (!text.StartsWith(prefix, StringComparison.Ordinal) || text.Length == prefix.Length)
            throw new FormatException($"'{text}' is not a place to register; write file:DIR");
        return new RegistrationSpec(text[prefix.Length..]);
    }
}
