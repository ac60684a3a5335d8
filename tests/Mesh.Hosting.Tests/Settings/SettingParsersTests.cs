using Mesh.Hosting.Settings;
using Xunit;

namespace Mesh.Hosting.Tests.Settings;

public sealed class SettingParsersTests
{
    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("30s", 30)]
    [InlineData("1.5s", 1.5)]
    [InlineData("5m", 300)]
    [InlineData("1h30m", 5400)]
    [InlineData("90d", 7776000)]
    [InlineData("0s", 0)]
    public void Durations_are_written_as_istio_writes_them(string text, double seconds) =>
        Assert.Equal(seconds, SettingParsers.Duration(text).TotalSeconds);

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("-5s")]
    [InlineData("5 m")]
    [InlineData("s")]
    [InlineData("1.2.3s")]
    [InlineData("5y")]
    [InlineData("99999999999999999999h")]
    public void Anything_else_is_not_a_duration(string text) =>
        Assert.Throws<FormatException>(() => SettingParsers.Duration(text));

    [Fact]
    public void Labels_are_pairs_and_a_key_comes_once()
    {
        var labels = SettingParsers.Labels("app=payments, version=v2,empty=");

        Assert.Equal(3, labels.Count);
        Assert.Equal("v2", labels["version"]);
        Assert.Equal("", labels["empty"]);
        Assert.Throws<FormatException>(() => SettingParsers.Labels("app"));
        Assert.Throws<FormatException>(() => SettingParsers.Labels("app=a,app=b"));
    }
}
