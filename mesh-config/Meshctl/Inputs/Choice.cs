using System.CommandLine;

namespace Meshctl.Inputs;

/// <summary>Options that take one of a few words.</summary>
internal static class Choice
{
    /// <param name="words">Names of <typeparamref name="T"/> in lower case.</param>
    public static Option<T> Of<T>(string name, string[] words, T fallback, string description, params string[] aliases)
        where T : struct, Enum => new(name, aliases)
        {
            HelpName = string.Join('|', words),
            Description = description,
            DefaultValueFactory = _ => fallback,
            CustomParser = result =>
            {
                var word = result.Tokens[^1].Value;
                if (words.Contains(word, StringComparer.OrdinalIgnoreCase) && Enum.TryParse<T>(word, ignoreCase: true, out var value))
                    return value;
                result.AddError($"'{word}' is not for {name}; write one of {string.Join(", ", words)}");
                return fallback;
            },
        };
}
