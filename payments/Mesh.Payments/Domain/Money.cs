using Mesh.Hosting;

namespace Mesh.Payments.Domain;

/// <summary>An amount in one currency.</summary>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="MinorUnits">In the currency's smallest unit: 1250 is 12.50 EUR or 1250 JPY.</param>
internal readonly record struct Money(string Currency, long MinorUnits) : IComparable<Money>
{
    public bool IsPositive => MinorUnits > 0;

    public static Money Zero(string currency) => new(currency, 0);

    /// <exception cref="OverflowException">The sum does not fit.</exception>
    public static Money operator +(Money left, Money right) => Same(left, right, checked(left.MinorUnits + right.MinorUnits));

    /// <exception cref="OverflowException">The difference does not fit.</exception>
    public static Money operator -(Money left, Money right) => Same(left, right, checked(left.MinorUnits - right.MinorUnits));

    public static bool operator <(Money left, Money right) => left.CompareTo(right) < 0;

    public static bool operator >(Money left, Money right) => left.CompareTo(right) > 0;

    public static bool operator <=(Money left, Money right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Money left, Money right) => left.CompareTo(right) >= 0;

    public int CompareTo(Money other) => MinorUnits.CompareTo(Same(this, other, other.MinorUnits).MinorUnits);

    /// <summary>For people: <c>12.50 EUR</c>, <c>1250 JPY</c>, <c>1.250 KWD</c>.</summary>
    public override string ToString()
    {
        var decimals = Currencies.Decimals(Currency);
        var scale = 1m;
        for (var i = 0; i < decimals; i++) scale *= 10m;
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(MinorUnits / scale).ToString("F" + decimals, System.Globalization.CultureInfo.InvariantCulture)} {Currency}");
    }

    private static Money Same(Money left, Money right, long minorUnits)
    {
        Invariant.Holds(left.Currency == right.Currency, $"{left.MinorUnits} {left.Currency} with {right.MinorUnits} {right.Currency}");
        return new Money(left.Currency, minorUnits);
    }
}
