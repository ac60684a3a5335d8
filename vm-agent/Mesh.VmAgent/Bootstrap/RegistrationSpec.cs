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

    private const string NobodyName = "none";

    /// <summary>Nobody: what takes back the <c>istiod</c> of a bundle.</summary>
    public static RegistrationSpec Nobody { get; } = new(null, null) { IsNobody = true };

    public bool IsNobody { get; private init; }

    public bool ByIstiod => Registry is null && !IsNobody;

    /// <summary>Reads what <see cref="RegistrySpec"/> reads, <c>istiod</c>, <c>istiod:HOST:PORT</c> and <c>none</c>.</summary>
    /// <exception cref="FormatException">Another form; the message shows the right ones.</exception>
    public static RegistrationSpec Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text == NobodyName) return Nobody;
        if (text == IstiodName) return new RegistrationSpec(null, null);
        if (text.StartsWith(IstiodName + ":", StringComparison.Ordinal))
            return new RegistrationSpec(null, AddressParsing.HostAndPort(text[(IstiodName.Length + 1)..]));
        try
        {
            return new RegistrationSpec(RegistrySpec.Parse(text));
        }
        catch (FormatException error)
        {
            throw new FormatException($"{error.Message}; or istiod, istiod:HOST:PORT or none", error);
        }
    }

    /// <summary>As it is written in the option.</summary>
    public override string ToString() =>
        IsNobody ? NobodyName : Registry?.ToString() ?? (Istiod is null ? IstiodName : $"{IstiodName}:{Istiod.Host}:{Istiod.Port}");
}
