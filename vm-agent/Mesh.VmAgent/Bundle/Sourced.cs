namespace Mesh.VmAgent.Bundle;

/// <summary>A text and where it stands, for people: <c>/etc/istio/config/mesh:4:5</c>, <c>environment CA_ADDR</c>.</summary>
internal sealed record Sourced(string Text, string Origin);
