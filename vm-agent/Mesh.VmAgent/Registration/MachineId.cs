using System.Security.Cryptography;
using System.Text;
using Mesh.Aws;

namespace Mesh.VmAgent.Registration;

/// <summary>What tells this machine from the one that had its address before: stays over reboots, and is another one on every other machine.</summary>
public static class MachineId
{
    /// <summary>The longest part of a name that it may be.</summary>
    public const int MaxLength = 63;

    private const int HashDigits = 16;

    /// <summary>Mixed into what is taken from /etc/machine-id, which is not to be shown as it is (machine-id(5)).</summary>
    private static readonly byte[] Application = "mesh-agent/instance"u8.ToArray();

    /// <summary>
    /// The EC2 instance id, from the firmware (Nitro: board_asset_tag) or, where the firmware says Amazon, from the metadata service; else made
    /// from <c>/etc/machine-id</c>.
    /// </summary>
    /// <param name="root">The machine's <c>/</c>.</param>
    /// <param name="metadata">Asks the metadata service.</param>
    /// <returns>Empty when the machine has none of them.</returns>
    public static async Task<string> FindAsync(string root, Func<CancellationToken, Task<string?>> metadata, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        if (Read(root, "sys/class/dmi/id/board_asset_tag") is { } tag && Ec2Instance.IsId(tag)) return tag;
        var isAmazon = Read(root, "sys/class/dmi/id/sys_vendor")?.StartsWith("Amazon", StringComparison.Ordinal) == true
            || Read(root, "sys/hypervisor/uuid")?.StartsWith("ec2", StringComparison.Ordinal) == true;
        if (isAmazon && await metadata(cancellationToken).ConfigureAwait(false) is { } id) return id;
        return Read(root, "etc/machine-id") is { Length: 32 } machine
            ? Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.ASCII.GetBytes(machine), Application))[..HashDigits]
            : "";
    }

    /// <summary>Reads <c>none</c>, or what may stand in a name.</summary>
    /// <exception cref="FormatException">It may not.</exception>
    public static string Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text == "none") return "";
        var isName = text.Length is > 0 and <= MaxLength && text.All(sign => char.IsAsciiDigit(sign) || char.IsAsciiLetterLower(sign) || sign == '-')
            && text[0] != '-' && text[^1] != '-';
        return isName ? text : throw new FormatException($"'{text}' cannot be part of a name; write up to {MaxLength} of a-z, 0-9 and -, or none");
    }

    private static string? Read(string root, string path)
    {
        try
        {
            return File.ReadAllText(Path.Combine(root, path)).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
