using System.Globalization;
using Mesh.Hosting;

namespace Mesh.Payments.Domain;

/// <summary>Our fee for a capture: a part of it and a fixed amount. It is not given back with a refund.</summary>
/// <param name="BasisPoints">Hundredths of a percent of what is captured.</param>
/// <param name="FixedMinorUnits">In the smallest unit of the payment's currency, whichever that is.</param>
internal readonly record struct FeeSchedule(int BasisPoints, long FixedMinorUnits)
{
    private const int Whole = 10_000;
    private const long LargestFixed = 1_000_000;

    /// <summary><c>250</c> or <c>250+30</c>: 2.5 %, and 30 minor units.</summary>
    /// <exception cref="FormatException">Not such a fee.</exception>
    public static FeeSchedule Parse(string text)
    {
        var parts = text.Split('+');
        var fixedPart = 0L;
        if (parts.Length <= 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var basisPoints) && basisPoints <= Whole
            && (parts.Length == 1 || long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out fixedPart))
            && fixedPart <= LargestFixed)
            return new FeeSchedule(basisPoints, fixedPart);
        throw new FormatException($"'{text}' is not a fee; write BASIS_POINTS or BASIS_POINTS+MINOR_UNITS, for example 250+30");
    }

    /// <summary>Rounded half up to whole minor units; never more than what is captured.</summary>
    public Money Of(Money captured)
    {
        var part = (((Int128)captured.MinorUnits * BasisPoints) + (Whole / 2)) / Whole;
        var fee = Int128.Min(part + FixedMinorUnits, captured.MinorUnits);
        Invariant.Holds(fee >= 0, $"a fee of {fee} for {captured}");
        return new Money(captured.Currency, (long)fee);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{BasisPoints}+{FixedMinorUnits}");
}
