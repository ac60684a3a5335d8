using System.Net;
using Mesh.Config.Registration;
using Mesh.Hosting.Networking;

namespace Mesh.VmAgent.Bootstrap;

/// <summary><c>--register</c>: who keeps the WorkloadEntry, and where.</summary>
/// <param name="Registry">The place that the agent itself writes to; null: istiod does.</param>
/// <param name="Istiod">Where istiod is; null: at the address of the CA.</param>
public sealed record RegistrationSpec(RegistrySpec? Registry, DnsEndPoint? Istiod = null)
{
    private const string IstiodName = "istiod";

    public bool ByIstiod => Registry is null;

    /// <summary>Reads what <see cref="RegistrySpec"/> reads, <c>istiod</c> and <c>istiod:HOST:PORT</c>.</summary>
    /// <exception cref="FormatException">Another form; the message shows the right ones.</exception>
    public static RegistrationSpec Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text == IstiodName) return new RegistrationSpec(null, null);
        if (text.StartsWith(IstiodName + ":", StringComparison.Ordinal))
            return new RegistrationSpec(null, AddressParsing.HostAndPort(text[(IstiodName.Length + 1)..]));
        try
        {
            return new RegistrationSpec(RegistrySpec.Parse(text));
        }
        catch (FormatException error)
        {
            throw new FormatException($"{error.Message}; or istiod, or istiod:HOST:PORT", error);
        }
    }

    /// <summary>As it is written in the option.</summary>
    public override string ToString() =>
        Registry?.ToString() ?? (Istiod is null ? IstiodName : $"{IstiodName}:{Istiod.Host}:{Istiod.Port}");
}
