using System.Collections.Immutable;
using Mesh.Config.Model;

namespace Mesh.VmAgent.Proxy;

/// <summary>
/// What callers in plain text may reach. HTTP names its service; of other bytes nothing tells where they want to go, so there must be but one
/// place for them.
/// </summary>
public sealed class PlainTargets
{
    private readonly ImmutableArray<(InboundTarget Target, MtlsMode Mode)> bytes;

    internal PlainTargets(IEnumerable<(InboundTarget Target, MtlsMode Mode)> targets)
    {
        var open = targets.Where(entry => entry.Mode != MtlsMode.Strict).ToImmutableArray();
        IsNone = open.IsEmpty;
        TakesHttp = open.Any(entry => entry.Target.IsHttp || entry.Target.Protocol == ServiceProtocol.Auto);
        // Two service ports of one application port are one place.
        bytes = [.. open.Where(entry => !entry.Target.IsHttp).DistinctBy(entry => entry.Target.Address)];
    }

    /// <summary>Every port requires mTLS.</summary>
    public bool IsNone { get; }

    /// <summary>A port of HTTP, or of a protocol that was not declared.</summary>
    public bool TakesHttp { get; }

    /// <summary>There are ports for other bytes than HTTP.</summary>
    public bool TakesBytes => !bytes.IsEmpty;

    /// <summary>There is one port, for bytes, and no mTLS on it: nothing needs to be looked at.</summary>
    public bool IsBlind => !TakesHttp && bytes is [(_, MtlsMode.Disable)];

    /// <summary>Where bytes go that are not HTTP; null with the reason when nothing tells.</summary>
    public InboundTarget? ForBytes(out string refusal)
    {
        refusal = bytes.Length switch
        {
            0 => "not HTTP, and no port of this workload takes other protocols in plain text",
            1 => "",
            _ => $"plain bytes name no service, and several take them here ({string.Join(", ", bytes.Select(entry => entry.Target.Service))}); "
                + "callers must use mTLS, or all but one port must require it",
        };
        return bytes is [var (target, _)] ? target : null;
    }
}
