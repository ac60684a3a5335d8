using System.Collections.Immutable;

namespace Mesh.Istiod.Xds;

/// <summary>What a stream knows of one type.</summary>
/// <param name="Names">What is wanted now.</param>
/// <param name="Nonce">Of the last response; empty before the first one.</param>
/// <param name="AcceptedVersion">Of the last response that was accepted; empty before.</param>
internal sealed record AdsTypeState(string TypeUrl, ImmutableArray<string> Names, string Nonce = "", string AcceptedVersion = "");
