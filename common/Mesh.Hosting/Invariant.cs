using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Mesh.Hosting;

/// <summary>Checks that stay on in production, for what must never break: balances, bounds, state transitions.</summary>
public static class Invariant
{
    /// <summary>Throws with <paramref name="values"/> unless <paramref name="condition"/>; the values are formatted only then.</summary>
    /// <example><code>Invariant.Holds(sum == 0, $"entries of {id} sum to {sum}");</code></example>
    /// <exception cref="InvariantException">The condition is false.</exception>
    public static void Holds(
        [DoesNotReturnIf(false)] bool condition,
        [InterpolatedStringHandlerArgument(nameof(condition))] ref InvariantMessage values,
        [CallerArgumentExpression(nameof(condition))] string expression = "")
    {
        if (!condition) throw new InvariantException($"invariant broken: {expression}; {values.ToStringAndClear()}");
    }

    /// <inheritdoc cref="Holds(bool, ref InvariantMessage, string)"/>
    public static void Holds(
        [DoesNotReturnIf(false)] bool condition,
        [CallerArgumentExpression(nameof(condition))] string expression = "")
    {
        if (!condition) throw new InvariantException($"invariant broken: {expression}");
    }
}
