using System.Text;

namespace Mesh.Payments.Domain;

/// <summary>Our enum names as the API writes them.</summary>
internal static class UpperSnakeCase
{
    /// <summary><c>RequiresCapture</c> becomes <c>REQUIRES_CAPTURE</c>.</summary>
    public static string Of(string pascalCase)
    {
        var result = new StringBuilder(pascalCase.Length + 4);
        foreach (var character in pascalCase)
        {
            if (char.IsUpper(character) && result.Length > 0) result.Append('_');
            result.Append(char.ToUpperInvariant(character));
        }

        return result.ToString();
    }
}
