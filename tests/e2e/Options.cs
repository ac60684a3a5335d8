namespace Mesh.EndToEnd;

/// <summary>What <c>./mesh e2e</c> was asked for.</summary>
/// <param name="IsShort">The form that CI runs.</param>
/// <param name="Only">Names of the only scenarios to play; empty for all.</param>
internal sealed record Options(bool IsShort, IReadOnlyList<string> Only)
{
    /// <summary>Null when there is an unknown one; <paramref name="error"/> names it.</summary>
    public static Options? Read(IReadOnlyList<string> arguments, IReadOnlyCollection<string> known, out string error)
    {
        var isShort = false;
        var only = new List<string>();
        error = "";
        for (var i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--short":
                    isShort = true;
                    break;
                case "--only" when i + 1 < arguments.Count && known.Contains(arguments[i + 1]):
                    only.Add(arguments[++i]);
                    break;
                case "--only":
                    error = $"--only needs one of {string.Join(", ", known)}";
                    return null;
                default:
                    error = $"there is no option {arguments[i]}";
                    return null;
            }
        }

        return new Options(isShort, only);
    }
}
