namespace Mesh.FakeKube.Security;

/// <summary>What somebody wants to do.</summary>
/// <param name="Path">Set for requests that are about no resource; the other parts are empty then.</param>
internal sealed record AccessRequest(
    string Verb, string Group = "", string Resource = "", string Subresource = "", string Namespace = "", string Name = "", string Path = "")
{
    public string ResourceWithPart => Subresource.Length == 0 ? Resource : $"{Resource}/{Subresource}";
}
