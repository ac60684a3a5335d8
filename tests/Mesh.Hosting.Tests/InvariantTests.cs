using Xunit;

namespace Mesh.Hosting.Tests;

public sealed class InvariantTests
{
    [Fact]
    public void A_broken_invariant_tells_the_condition_and_the_values()
    {
        var sum = 3;
        var failure = Assert.Throws<InvariantException>(() => Invariant.Holds(sum == 0, $"entries of {"p-1"} sum to {sum}"));

        Assert.Equal("invariant broken: sum == 0; entries of p-1 sum to 3", failure.Message);
        Assert.Equal("invariant broken: sum == 0", Assert.Throws<InvariantException>(() => Invariant.Holds(sum == 0)).Message);
    }

    [Fact]
    public void One_that_holds_does_not_even_format_its_values()
    {
        var formatted = 0;
        string Value()
        {
            formatted++;
            return "x";
        }

        Invariant.Holds(formatted == 0, $"{Value()}");

        Assert.Equal(0, formatted);
    }
}
