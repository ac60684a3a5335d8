using Google.Protobuf;

namespace Mesh.Istiod.Xds;

/// <summary>One resource of a response.</summary>
/// <param name="Name">Empty where the protocol has no name beside the resource (state of the world, name table).</param>
/// <param name="Version">Empty but for workloads.</param>
/// <param name="TypeUrl">Of the value; that of the response unless something is wrong.</param>
public sealed record XdsResource(string Name, string Version, string TypeUrl, ByteString Value);
