using System.Text.RegularExpressions;

namespace Mesh.Config.Policy.Compilation;

/// <summary>
/// A path with operators: <c>{*}</c> is one segment, <c>{**}</c> any number of trailing segments, none included. What they match
/// is limited to the characters of a URI path.
/// </summary>
/// <remarks>Source: Istio, AuthorizationPolicy "paths"; Envoy's uri_template matcher. <c>*</c> is not among the characters.</remarks>
internal static class PathTemplate
{
    private const string One = "{*}";
    private const string Any = "{**}";
    private const string Characters = "a-zA-Z0-9\\-._~%!$&'()+,;:@=";

    public static bool IsTemplate(string path) =>
        path.Contains(One, StringComparison.Ordinal) || path.Contains(Any, StringComparison.Ordinal);

    public static Regex Compile(string template)
    {
        var segments = template.Split('/').Select(segment => segment switch
        {
            One => $"[{Characters}]+",
            Any => $"[{Characters}/]*",
            _ => Regex.Escape(segment),
        });
        return PolicyPattern.Whole(string.Join('/', segments));
    }
}
