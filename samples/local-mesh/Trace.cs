using System.Security.Cryptography;

namespace Mesh.LocalMesh;

/// <summary>A W3C trace context made here, so that the call can be found in every log.</summary>
internal sealed record Trace(string Id)
{
    public string Header { get; } = $"00-{Id}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}-01";

    public static Trace New() => new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
}
