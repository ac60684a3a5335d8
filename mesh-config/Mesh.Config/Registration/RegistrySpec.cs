using Mesh.Config.Sources;

namespace Mesh.Config.Registration;

/// <summary>Where WorkloadEntries of machines are kept, as options name it.</summary>
/// <param name="Folder">Folder that a source of the registering cluster reads; empty for an API server.</param>
public sealed record RegistrySpec(string Folder)
{
    private const string FilePrefix = "file:";

    /// <summary>The API server; null for a folder.</summary>
    public ApiServerSpec? Server { get; init; }

    /// <summary>Reads <c>file:DIR</c>, <c>kube:KUBECONFIG[#CONTEXT]</c> or <c>kube:in-cluster</c>.</summary>
    /// <exception cref="FormatException">Another form; the message shows the right ones.</exception>
    public static RegistrySpec Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith(FilePrefix, StringComparison.Ordinal) && text.Length > FilePrefix.Length)
            return new RegistrySpec(text[FilePrefix.Length..]);
        if (text.StartsWith(ApiServerSpec.Prefix, StringComparison.Ordinal) && text.Length > ApiServerSpec.Prefix.Length)
            return new RegistrySpec("") { Server = ApiServerSpec.Parse(text[ApiServerSpec.Prefix.Length..]) };
        throw new FormatException($"'{text}' is not a place to register; write file:DIR, kube:KUBECONFIG, kube:KUBECONFIG#CONTEXT or kube:in-cluster");
    }

    /// <summary>As it is written in the option.</summary>
    public override string ToString() => Server?.ToString() ?? FilePrefix + Folder;
}
