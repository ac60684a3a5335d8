using System.Net;
using Mesh.Hosting.Networking;

namespace Mesh.DataPlane.Bootstrap;

/// <summary><c>--identity</c>: where the workload certificate comes from. Exactly one of the two is set.</summary>
/// <param name="Authority">Address of the CA.</param>
/// <param name="Folder">Folder with <c>cert-chain.pem</c>, <c>key.pem</c> and <c>root-cert.pem</c>.</param>
public sealed record IdentitySpec(DnsEndPoint? Authority, string? Folder)
{
    /// <summary>Reads <c>ca:HOST:PORT</c> or <c>files:DIR</c>.</summary>
    /// <exception cref="FormatException">Another form; the message shows the right ones.</exception>
    public static IdentitySpec Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith("ca:", StringComparison.Ordinal)) return new IdentitySpec(AddressParsing.HostAndPort(text["ca:".Length..]), null);
        if (text.StartsWith("files:", StringComparison.Ordinal) && text.Length > "files:".Length)
            return new IdentitySpec(null, text["files:".Length..]);
        throw new FormatException($"'{text}' is not an identity; write ca:HOST:PORT or files:DIR");
    }
}
