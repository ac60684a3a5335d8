using System.Text;
using Mesh.Aws.Credentials;
using Mesh.Aws.Signing;

namespace Mesh.Aws.Tests.Signing;

/// <summary>Requests and signatures as AWS publishes them: the Signature Version 4 test suite, and the example of the IAM guide.</summary>
public sealed class SignatureV4Tests
{
    private static readonly AwsCredentials Example = new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    private static readonly DateTimeOffset Now = new(2015, 8, 30, 12, 36, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("GET", "/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("GET", "/?Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")]
    [InlineData("GET", "/example/..", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("GET", "//", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("POST", "/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")]
    public void Requests_of_the_test_suite_get_their_signatures(string method, string path, string expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "https://example.amazonaws.com" + path);

        new SignatureV4("us-east-1", "service").Sign(request, [], Example, Now);

        Assert.Equal(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, " +
            $"Signature={expected}",
            Assert.Single(request.Headers.GetValues("Authorization")));
    }

    [Fact]
    public void The_example_of_the_guide_gets_its_signature()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08");
        request.Content = new ByteArrayContent([]);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");

        new SignatureV4("us-east-1", "iam").Sign(request, [], Example, Now);

        Assert.Equal(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, " +
            "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
            Assert.Single(request.Headers.GetValues("Authorization")));
    }

    [Fact]
    public void Session_token_body_and_own_headers_are_part_of_what_is_signed_and_what_proxies_change_is_not()
    {
        Assert.NotEqual(Sign(token: "a"), Sign(token: "b"));
        Assert.NotEqual(Sign(body: "a"), Sign(body: "b"));
        Assert.NotEqual(Sign(target: "a"), Sign(target: "b"));
        Assert.Equal(Sign(target: "a  b"), Sign(target: "a b"));
        Assert.Equal(Sign(agent: "a"), Sign(agent: "b"));
    }

    [Fact]
    public void The_text_of_credentials_shows_no_secret()
    {
        var text = (Example with { SessionToken = "session" }).ToString();

        Assert.Contains("AKIDEXAMPLE", text);
        Assert.DoesNotContain("wJalr", text);
        Assert.DoesNotContain("session", text);
    }

    private static string Sign(string token = "t", string body = "", string target = "x", string agent = "agent")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://events.eu-west-1.amazonaws.com/");
        request.Headers.TryAddWithoutValidation("X-Amz-Target", target);
        request.Headers.TryAddWithoutValidation("User-Agent", agent);
        new SignatureV4("eu-west-1", "events").Sign(request, Encoding.UTF8.GetBytes(body), Example with { SessionToken = token }, Now);
        return request.Headers.GetValues("Authorization").Single();
    }
}
