using Mesh.Hosting;
using Mesh.Payments.Domain;

namespace Mesh.Payments.Tests.Domain;

public sealed class MoneyTests
{
    [Theory]
    [InlineData("EUR", 1250, "12.50 EUR")]
    [InlineData("JPY", 1250, "1250 JPY")]
    [InlineData("KWD", 1250, "1.250 KWD")]
    [InlineData("EUR", 5, "0.05 EUR")]
    public void An_amount_is_written_with_the_decimals_of_its_currency(string currency, long minorUnits, string expected) =>
        Assert.Equal(expected, new Money(currency, minorUnits).ToString());

    [Fact]
    public void A_sum_that_does_not_fit_is_an_error_and_never_wraps()
    {
        Assert.Throws<OverflowException>(() => new Money("EUR", long.MaxValue) + new Money("EUR", 1));
        Assert.Throws<OverflowException>(() => new Money("EUR", long.MinValue) - new Money("EUR", 1));
    }

    [Fact]
    public void Amounts_of_two_currencies_are_never_added_or_compared()
    {
        Assert.Throws<InvariantException>(() => new Money("EUR", 1) + new Money("USD", 1));
        Assert.Throws<InvariantException>(() => new Money("EUR", 1) < new Money("USD", 1));
    }
}
