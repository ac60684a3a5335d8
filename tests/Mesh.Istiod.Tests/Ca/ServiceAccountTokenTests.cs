using System.Buffers.Text;
using System.Text;
using Mesh.Istiod.Ca;
using Xunit;

namespace Mesh.Istiod.Tests.Ca;

public sealed class ServiceAccountTokenTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_good_token_has_no_problem() => Assert.Null(Token()!.Problem(Now, "prod/legacy-billing"));

    [Fact]
    public void An_expired_one_says_since_when_and_how_to_make_another() => Assert.Equal(
        "the token expired at 2026-11-22 11:59:59Z; make a new one: kubectl create token legacy-billing -n prod --audience istio-ca",
        Token(expires: Now.AddSeconds(-1))!.Problem(Now, "prod/legacy-billing"));

    [Fact]
    public void One_for_somebody_else_is_told_apart_by_audience_and_account()
    {
        Assert.StartsWith("the token is for https://kubernetes.default.svc, not for istio-ca; ", Token(audience: "https://kubernetes.default.svc")!.Problem(Now), StringComparison.Ordinal);
        Assert.StartsWith("the token is of system:serviceaccount:prod:legacy-billing, not of prod/checkout; ", Token()!.Problem(Now, "prod/checkout"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("secret-token")]
    [InlineData("a.b.c")]
    [InlineData("a.e30.c.d")]
    [InlineData("a.W10.c")]
    [InlineData("a.eyJhdWQiOjF9.c")]
    [InlineData("a.eyJleHAiOjFlMzB9.c")]
    public void What_is_no_token_of_kubernetes_is_no_defect(string text) =>
        Assert.True(ServiceAccountToken.Read(text) is null or { Audiences.IsEmpty: true });

    private static ServiceAccountToken? Token(string audience = "istio-ca", DateTimeOffset? expires = null) => ServiceAccountToken.Read(
        "e30." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
            $$"""{"aud":["{{audience}}"],"exp":{{(expires ?? Now.AddHours(1)).ToUnixTimeSeconds()}},"sub":"system:serviceaccount:prod:legacy-billing"}""")) + ".sig\n");
}
