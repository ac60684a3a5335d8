using System.Collections.Immutable;
using System.Net;
using Mesh.Hosting.Settings;

namespace Mesh.VmAgent.Bundle;

/// <summary>Names and addresses as <c>/etc/hosts</c> has them; the bundle's file names istiod.</summary>
internal static class HostsFile
{
    /// <returns>Addresses in the order of the file, by name without regard to case.</returns>
    /// <exception cref="SettingsException">With file, line and remedy.</exception>
    public static ImmutableDictionary<string, ImmutableArray<IPAddress>> Read(string text, string path)
    {
        var hosts = ImmutableDictionary.CreateBuilder<string, ImmutableArray<IPAddress>>(StringComparer.OrdinalIgnoreCase);
        var lines = text.Split('\n');
        for (var index = 0; index < lines.Length; index++)
        {
            var words = lines[index].Split('#')[0].Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0) continue;
            if (!IPAddress.TryParse(words[0], out var address) || words.Length < 2)
                throw new SettingsException($"{path}:{index + 1}: is not ADDRESS NAME; write for example 198.51.100.10 istiod.istio-system.svc");
            foreach (var name in words.AsSpan(1))
                hosts[name] = hosts.GetValueOrDefault(name, []).Add(address);
        }

        return hosts.ToImmutable();
    }

    /// <summary>
    /// As if the file were appended to <c>/etc/hosts</c>: a name that is not there but in the file has the file's addresses, every other one
    /// is the system's to resolve. Both are read again each time. Null for no file.
    /// </summary>
    public static Func<string, CancellationToken, Task<IPAddress[]>>? ResolverOf(string? path, string systemHosts = "/etc/hosts") => path is null ? null
        : (name, cancellationToken) => !Has(systemHosts, name) && Find(path).TryGetValue(name, out var addresses)
            ? Task.FromResult(addresses.ToArray())
            : Dns.GetHostAddressesAsync(name, cancellationToken);

    private static bool Has(string path, string name)
    {
        try
        {
            return File.ReadLines(path).Any(line => line.Split('#')[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Skip(1)
                .Contains(name, StringComparer.OrdinalIgnoreCase));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static ImmutableDictionary<string, ImmutableArray<IPAddress>> Find(string path)
    {
        try
        {
            return BundleText.Read(path) is { } text ? Read(text, path) : ImmutableDictionary<string, ImmutableArray<IPAddress>>.Empty;
        }
        catch (SettingsException)
        {
            // It was right at start; somebody is just editing it.
            return ImmutableDictionary<string, ImmutableArray<IPAddress>>.Empty;
        }
    }
}
