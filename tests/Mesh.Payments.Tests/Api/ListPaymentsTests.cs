using Grpc.Core;
using Mesh.Payments.Tests.Support;
using Mesh.Payments.V1;

namespace Mesh.Payments.Tests.Api;

public abstract class ListPaymentsTests(StoreKind kind)
{
    [Fact]
    public async Task Pages_give_every_payment_once_newest_first_while_others_are_made()
    {
        await using var server = await TestServer.StartAsync(kind);
        var names = new List<string>();
        for (var i = 0; i < 25; i++) names.Add((await server.Client.CreatePaymentAsync(Requests.Create(i + 1))).Name);

        var listed = new List<string>();
        var request = new ListPaymentsRequest { PageSize = 10 };
        do
        {
            var page = await server.Client.ListPaymentsAsync(request);
            Assert.InRange(page.Payments.Count, 1, 10);
            listed.AddRange(page.Payments.Select(payment => payment.Name));
            request.PageToken = page.NextPageToken;
            await server.Client.CreatePaymentAsync(Requests.Create());
        }
        while (request.PageToken.Length > 0);

        names.Reverse();
        Assert.Equal(names, listed);
    }

    [Fact]
    public async Task A_filter_restricts_state_merchant_and_time()
    {
        await using var server = await TestServer.StartAsync(kind);
        await server.Client.CreatePaymentAsync(Requests.Create(merchant: "other"));
        await server.Client.CreatePaymentAsync(Requests.Create(merchant: "acme", capture: CaptureMethod.Manual));
        var wanted = await server.Client.CreatePaymentAsync(Requests.Create(merchant: "acme"));
        var since = wanted.CreateTime.ToDateTimeOffset().ToString("O");

        async Task<IEnumerable<string>> List(string filter) =>
            (await server.Client.ListPaymentsAsync(new ListPaymentsRequest { Filter = filter })).Payments.Select(payment => payment.Name);

        Assert.Equal([wanted.Name], await List("merchant = \"acme\" AND state = SUCCEEDED"));
        Assert.Equal([wanted.Name], await List($"create_time >= \"{since}\""));
        Assert.Equal([wanted.Name], await List($"create_time = \"{since}\""));
        Assert.Empty(await List($"create_time > \"{since}\""));
        Assert.Equal(2, (await List($"create_time < \"{since}\"")).Count());
        Assert.Empty(await List("state = REFUNDED"));
    }

    [Theory]
    [InlineData("state = BROKEN")]
    [InlineData("state > SUCCEEDED")]
    [InlineData("amount = 3")]
    [InlineData("create_time > yesterday")]
    [InlineData("state = SUCCEEDED OR state = FAILED")]
    [InlineData("'; DROP TABLE payments; --")]
    public async Task A_filter_that_is_not_understood_is_refused(string filter)
    {
        await using var server = await TestServer.StartAsync(kind);

        var (code, _, status) = await Rpc.FailureAsync(server.Client.ListPaymentsAsync(new ListPaymentsRequest { Filter = filter }));

        Assert.Equal(StatusCode.InvalidArgument, code);
        Assert.Equal("filter", status.GetDetail<Google.Rpc.BadRequest>()!.FieldViolations.Single().Field);
    }

    [Fact]
    public async Task A_page_token_of_another_filter_or_of_nobody_is_refused()
    {
        await using var server = await TestServer.StartAsync(kind);
        await server.Client.CreatePaymentAsync(Requests.Create());
        await server.Client.CreatePaymentAsync(Requests.Create());
        var page = await server.Client.ListPaymentsAsync(new ListPaymentsRequest { PageSize = 1 });

        var other = await Rpc.FailureAsync(server.Client.ListPaymentsAsync(
            new ListPaymentsRequest { PageToken = page.NextPageToken, Filter = "state = SUCCEEDED" }));
        var garbage = await Rpc.FailureAsync(server.Client.ListPaymentsAsync(new ListPaymentsRequest { PageToken = "bm9uc2Vuc2U" }));

        Assert.Equal(StatusCode.InvalidArgument, other.Code);
        Assert.Equal(StatusCode.InvalidArgument, garbage.Code);
    }
}
