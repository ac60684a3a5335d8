using Grpc.Core;
using Mesh.Payments.Api;
using Mesh.Payments.Tests.Support;
using Mesh.Payments.V1;

namespace Mesh.Payments.Tests.Api;

public abstract class MerchantAccessTests(StoreKind kind)
{
    private const string Acme = "spiffe://cluster.local/ns/shop/sa/acme";
    private const string Globex = "spiffe://cluster.local/ns/shop/sa/globex";
    private const string Support = "spiffe://cluster.local/ns/ops/sa/support";

    [Fact]
    public async Task Anothers_payment_does_not_exist_for_a_caller_that_is_bound_to_a_merchant()
    {
        await using var server = await StartAsync();
        var payment = await server.Client.CreatePaymentAsync(Requests.Create(merchant: "acme", capture: CaptureMethod.Manual), As(Acme));
        var own = await server.Client.CreatePaymentAsync(Requests.Create(merchant: "globex"), As(Globex));

        var get = await Rpc.FailureAsync(server.Client.GetPaymentAsync(new GetPaymentRequest { Name = payment.Name }, As(Globex)));
        var capture = await Rpc.FailureAsync(server.Client.CapturePaymentAsync(Requests.Capture(payment.Name), As(Globex)));
        var unknown = await Rpc.FailureAsync(server.Client.GetPaymentAsync(
            new GetPaymentRequest { Name = payment.Name.Replace(payment.Name[^4..], "0000") }, As(Globex)));
        var listed = await server.Client.ListPaymentsAsync(new ListPaymentsRequest(), As(Globex));

        Assert.Equal((StatusCode.NotFound, "PAYMENT_NOT_FOUND"), (get.Code, get.Reason));
        Assert.Equal((StatusCode.NotFound, "PAYMENT_NOT_FOUND"), (capture.Code, capture.Reason));
        Assert.Equal(unknown.Reason, get.Reason);
        Assert.Equal([own.Name], listed.Payments.Select(one => one.Name));
        Assert.Equal(PaymentState.RequiresCapture, (await server.Client.GetPaymentAsync(new GetPaymentRequest { Name = payment.Name }, As(Acme))).State);
    }

    [Fact]
    public async Task A_payment_for_another_merchant_is_refused_and_the_key_stays_free()
    {
        await using var server = await StartAsync();

        var refused = await Rpc.FailureAsync(server.Client.CreatePaymentAsync(Requests.Create(merchant: "acme", key: "k"), As(Globex)));
        var nobody = await Rpc.FailureAsync(server.Client.CreatePaymentAsync(Requests.Create(merchant: "acme")));
        var corrected = await server.Client.CreatePaymentAsync(Requests.Create(merchant: "globex", key: "k"), As(Globex));

        Assert.Equal((StatusCode.PermissionDenied, "MERCHANT_NOT_ALLOWED"), (refused.Code, refused.Reason));
        Assert.Equal(StatusCode.PermissionDenied, nobody.Code);
        Assert.Equal("globex", corrected.Merchant);
    }

    [Fact]
    public async Task A_caller_bound_to_all_or_to_several_merchants_sees_theirs_and_an_unbound_one_nothing()
    {
        await using var server = await StartAsync();
        await server.Client.CreatePaymentAsync(Requests.Create(merchant: "acme"), As(Acme));
        await server.Client.CreatePaymentAsync(Requests.Create(merchant: "globex"), As(Globex));

        async Task<int> Count(string identity, string filter = "") =>
            (await server.Client.ListPaymentsAsync(new ListPaymentsRequest { Filter = filter }, As(identity))).Payments.Count;

        Assert.Equal(2, await Count(Support));
        Assert.Equal(2, await Count("spiffe://cluster.local/ns/shop/sa/both"));
        Assert.Equal(1, await Count("spiffe://cluster.local/ns/shop/sa/both", "merchant = acme"));
        Assert.Equal(0, await Count(Globex, "merchant = acme"));
        Assert.Equal(0, await Count("spiffe://cluster.local/ns/shop/sa/other"));
    }

    [Theory]
    [InlineData("acme")]
    [InlineData("someone=acme")]
    [InlineData("spiffe://=acme")]
    [InlineData("spiffe://a=Not A Merchant")]
    public void A_binding_that_is_none_is_refused(string text) => Assert.Throws<FormatException>(() => MerchantBinding.Parse(text));

    private Task<TestServer> StartAsync() => TestServer.StartAsync(kind, options => options with
    {
        TrustedProxies = [TrustedProxies.Parse("127.0.0.0/8")],
        Merchants =
        [
            MerchantBinding.Parse($"{Acme}=acme"),
            MerchantBinding.Parse($"{Globex}=globex"),
            MerchantBinding.Parse($"{Support}=*"),
            MerchantBinding.Parse("spiffe://cluster.local/ns/shop/sa/both=acme"),
            MerchantBinding.Parse("spiffe://cluster.local/ns/shop/sa/both=globex"),
        ],
    });

    private static Metadata As(string identity) => new() { { ClientCertificates.Header, $"URI={identity}" } };
}
