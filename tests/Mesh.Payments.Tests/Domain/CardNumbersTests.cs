using Mesh.Hosting.Redaction;

namespace Mesh.Payments.Tests.Domain;

public sealed class CardNumbersTests
{
    [Theory]
    [InlineData("4242424242424242")]
    [InlineData("4242 4242 4242 4242")]
    [InlineData("4242-4242-4242-4242")]
    [InlineData("pay with 378282246310005 please")]
    [InlineData("card:5555555555554444.")]
    [InlineData("x6011111111111117y")]
    [InlineData("2223003122003222")]
    [InlineData("00004242424242424242")]
    public void A_card_number_is_found(string text)
    {
        Assert.True(CardNumbers.In(text));
        Assert.DoesNotMatch("[0-9]{8}", CardNumbers.Redact(text)!);
    }

    [Theory]
    [InlineData("")]
    [InlineData("order 4242424242424241")]
    [InlineData("1700000000000")]
    [InlineData("2026-11-22T12:00:00")]
    [InlineData("+49 170 1234567")]
    [InlineData("0196f1e2-7a4b-7cc0-8000-3f2504e04f89")]
    [InlineData("127.30.1.10:44242")]
    [InlineData("01a2037542424242424242420788a78f")]
    public void Other_numbers_are_left_alone(string text)
    {
        Assert.False(CardNumbers.In(text));
        Assert.Equal(text, CardNumbers.Redact(text));
    }

    [Fact]
    public void No_UUID_is_taken_for_a_card_number_with_or_without_dashes()
    {
        var random = new Random(20261122);
        var bytes = new byte[16];
        for (var i = 0; i < 50_000; i++)
        {
            random.NextBytes(bytes);
            var id = new Guid(bytes);
            Assert.False(CardNumbers.In(id.ToString()), id.ToString());
            Assert.False(CardNumbers.In(id.ToString("N")), id.ToString("N"));
        }
    }

    [Fact]
    public void Every_card_number_in_a_text_is_replaced() =>
        Assert.Equal("a [card number], b [card number]", CardNumbers.Redact("a 4242424242424242, b 5555 5555 5555 4444"));
}
