namespace Mesh.Config.Resources.Validation;

/// <summary>Paths with <c>{*}</c> (one segment) and <c>{**}</c> (any number of segments) in an AuthorizationPolicy.</summary>
/// <remarks>Source: istio pkg/config/security/security.go, CheckValidPathTemplate.</remarks>
internal static class PathTemplates
{
    private const string OneSegment = "{*}";
    private const string AnySegments = "{**}";

    /// <summary>Null when the path is no template or a sound one.</summary>
    public static string? Problem(string path)
    {
        if (!path.Contains('{', StringComparison.Ordinal) && !path.Contains('}', StringComparison.Ordinal)) return null;
        var rest = path.Split('/');
        // The empty text before the leading slash is no segment.
        var afterAny = false;
        for (var i = path.StartsWith('/') ? 1 : 0; i < rest.Length; i++)
        {
            var segment = rest[i];
            if (segment is OneSegment or AnySegments)
            {
                if (afterAny) return "has an operator after {**}, which must be the last one";
                afterAny = segment == AnySegments;
            }
            else if (segment.Contains('{', StringComparison.Ordinal) || segment.Contains('}', StringComparison.Ordinal))
            {
                return "has { or } inside a segment; {*} and {**} must be whole segments";
            }
            else if (!segment.All(IsPathCharacter))
            {
                return $"has a segment \"{segment}\" with characters that a template must not have; with {{*}} use no *";
            }
        }

        return null;
    }

    /// <summary>RFC 3986, pchar, without <c>*</c>.</summary>
    private static bool IsPathCharacter(char c) => char.IsAsciiLetterOrDigit(c) || "-._~%!$&'()+,;=:@".Contains(c, StringComparison.Ordinal);
}
