using LegacyBilling;

if (args is ["--help"] or ["-h"])
{
    Console.WriteLine(BillingOptions.Usage);
    return 0;
}

if (BillingOptions.Read(args, Environment.GetEnvironmentVariable, out var error) is not { } options)
{
    Console.Error.WriteLine($"legacy-billing: {error}");
    return 64;
}

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole(console => console.SingleLine = true);
// What keeps the host from starting is told in one line of our own.
builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
builder.Services.ConfigureHttpJsonOptions(json =>
    json.SerializerOptions.TypeInfoResolverChain.Insert(0, BillingJson.Default));
// The default handler honours http_proxy, and passes the request's trace on as traceparent.
builder.Services.AddSingleton(_ => new PaymentsApi(new HttpClient { Timeout = TimeSpan.FromSeconds(10) }, options.Payments));
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.Limits.MaxRequestBodySize = 64 * 1024;
    kestrel.Listen(options.Listen);
});

await using var app = builder.Build();
app.MapGet("/healthz", () => "ok");
app.MapGet("/invoices/{id}", (string id) =>
    InvoiceBook.Find(id) is { } invoice ? Results.Ok(invoice) : Unknown(id));
app.MapPost("/invoices/{id}/pay", async (string id, string? paymentMethod, PaymentsApi payments, CancellationToken cancellation) =>
{
    if (InvoiceBook.Find(id) is not { } invoice) return Unknown(id);
    var outcome = await payments.PayAsync(invoice, paymentMethod ?? "pm_card_visa", cancellation);
    return Results.Json(outcome, BillingJson.Default.PaymentOutcome, statusCode: outcome.HttpStatus);
});

try
{
    await app.StartAsync();
}
catch (IOException failure)
{
    Console.Error.WriteLine($"legacy-billing: cannot listen on {options.Listen}: {failure.Message}");
    return 1;
}

Console.WriteLine($"legacy-billing answers on {string.Join(", ", app.Urls)}");
await app.WaitForShutdownAsync();
return 0;

static IResult Unknown(string id)
{
    var outcome = new PaymentOutcome(id, "unknown", $"there is no invoice '{id}'; try inv-1001", null);
    return Results.Json(outcome, BillingJson.Default.PaymentOutcome, statusCode: outcome.HttpStatus);
}
