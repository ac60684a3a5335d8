using System.Net;
using Mesh.Hosting.Networking;
using Xunit;

namespace Mesh.Hosting.Tests.Networking;

public sealed class AddressParsingTests
{
    [Theory]
    [InlineData("127.0.0.1:8443", "127.0.0.1", 8443)]
    [InlineData("[::1]:0", "::1", 0)]
    [InlineData("localhost:80", "127.0.0.1", 80)]
    public void An_end_point_is_an_address_and_a_port(string text, string address, int port) =>
        Assert.Equal(new IPEndPoint(IPAddress.Parse(address), port), AddressParsing.EndPoint(text));

    [Theory]
    [InlineData("8443", "has no port")]
    [InlineData(":8443", "has no port")]
    [InlineData("127.0.0.1", "has no port")]
    [InlineData("::1:8443", "in brackets")]
    [InlineData("127.0.0.1:65536", "is not a port")]
    [InlineData("127.0.0.1:-1", "is not a port")]
    [InlineData("127.0.0.1:http", "is not a port")]
    [InlineData("127.1:80", "is not an IP address")]
    [InlineData("example.com:80", "is not an IP address")]
    public void Anything_else_is_refused_with_what_is_wrong(string text, string expected)
    {
        var failure = Assert.Throws<FormatException>(() => AddressParsing.EndPoint(text));

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_to_dial_may_be_a_name_but_needs_a_real_port()
    {
        Assert.Equal(new DnsEndPoint("istiod.istio-system.svc", 15012), AddressParsing.HostAndPort("istiod.istio-system.svc:15012"));
        Assert.Equal(new DnsEndPoint("::1", 15012), AddressParsing.HostAndPort("[::1]:15012"));
        Assert.Throws<FormatException>(() => AddressParsing.HostAndPort("istiod:0"));
        Assert.Throws<FormatException>(() => AddressParsing.HostAndPort("is tiod:15012"));
    }
}
