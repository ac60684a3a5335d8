using System.Globalization;
using System.Runtime.CompilerServices;

namespace Mesh.Hosting;

/// <summary>Formats the values of a broken invariant; costs nothing while the invariant holds.</summary>
[InterpolatedStringHandler]
public ref struct InvariantMessage
{
    private DefaultInterpolatedStringHandler inner;

    public InvariantMessage(int literalLength, int formattedCount, bool condition, out bool enabled)
    {
        enabled = !condition;
        if (enabled)
            inner = new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture);
    }

    public void AppendLiteral(string value) => inner.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => inner.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string? format) => inner.AppendFormatted(value, format);

    internal string ToStringAndClear() => inner.ToStringAndClear();
}
