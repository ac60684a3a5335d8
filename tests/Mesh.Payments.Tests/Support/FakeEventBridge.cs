using System.Globalization;
using System.Net;
using System.Text.Json;
using Mesh.Aws;
using Mesh.Aws.Credentials;
using Mesh.Aws.Signing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Payments.Tests.Support;

/// <summary>Takes PutEvents, checks its signature, and fails as a test says.</summary>
internal sealed class FakeEventBridge : IAsyncDisposable
{
    private const string Region = "eu-west-1";
    private static readonly AwsCredentials Credentials = new("AKIDTEST", "secret", "session");

    private readonly Lock gate = new();
    private readonly List<Entry> taken = [];
    private readonly List<string> wrong = [];
    private WebApplication app = null!;

    /// <summary>Asked for each request; null takes all of it.</summary>
    public Func<Fault?> NextFault { get; set; } = () => null;

    /// <summary>What was taken, in this order.</summary>
    public IReadOnlyList<Entry> Taken
    {
        get
        {
            lock (gate) return [.. taken];
        }
    }

    /// <summary>What was not as the API's documentation has it.</summary>
    public IReadOnlyList<string> Wrong
    {
        get
        {
            lock (gate) return [.. wrong];
        }
    }

    public AwsEnvironment Environment => new(name => name switch
    {
        "AWS_ACCESS_KEY_ID" => Credentials.AccessKeyId,
        "AWS_SECRET_ACCESS_KEY" => Credentials.SecretAccessKey,
        "AWS_SESSION_TOKEN" => Credentials.SessionToken,
        "AWS_REGION" => Region,
        "AWS_ENDPOINT_URL_EVENTBRIDGE" => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single(),
        _ => null,
    });

    public static async Task<FakeEventBridge> StartAsync()
    {
        var fake = new FakeEventBridge();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        fake.app = builder.Build();
        fake.app.Run(fake.AnswerAsync);
        await fake.app.StartAsync(TestContext.Current.CancellationToken);
        return fake;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var memory = new MemoryStream();
        await context.Request.Body.CopyToAsync(memory);
        var body = memory.ToArray();
        Check(context.Request, body);
        using var json = JsonDocument.Parse(body);
        var entries = json.RootElement.GetProperty("Entries").EnumerateArray().Select(Entry.Read).ToList();
        var fault = NextFault();
        if (fault?.StatusCode is { } status)
        {
            context.Response.StatusCode = status;
            await context.Response.WriteAsync("{\"__type\":\"ThrottlingException\",\"message\":\"Rate exceeded\"}");
            return;
        }

        lock (gate) taken.AddRange(entries.Where((_, index) => index != fault?.RefusedEntry));
        if (fault is { LosesAnswer: true })
        {
            context.Abort();
            return;
        }

        var results = entries.Select((_, index) => index == fault?.RefusedEntry
            ? "{\"ErrorCode\":\"InternalFailure\",\"ErrorMessage\":\"try again\"}" : $"{{\"EventId\":\"{Guid.NewGuid()}\"}}");
        await context.Response.WriteAsync($"{{\"FailedEntryCount\":{(fault?.RefusedEntry is null ? 0 : 1)},\"Entries\":[{string.Join(',', results)}]}}");
    }

    private void Check(HttpRequest request, byte[] body)
    {
        using var again = new HttpRequestMessage(HttpMethod.Post, $"http://{request.Host}{request.Path}") { Content = new ByteArrayContent(body) };
        again.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
        again.Headers.TryAddWithoutValidation("X-Amz-Target", request.Headers["X-Amz-Target"].ToString());
        var time = DateTimeOffset.ParseExact(request.Headers["X-Amz-Date"].ToString(), "yyyyMMdd'T'HHmmss'Z'",
            CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        new SignatureV4(Region, "events").Sign(again, body, Credentials, time);
        Expect("Authorization", again.Headers.GetValues("Authorization").Single());
        Expect("X-Amz-Security-Token", Credentials.SessionToken!);
        Expect("X-Amz-Target", "AWSEvents.PutEvents");
        Expect("Content-Type", "application/x-amz-json-1.1");

        void Expect(string header, string expected)
        {
            if (request.Headers[header] == expected) return;
            lock (gate) wrong.Add($"{header}: {request.Headers[header]} instead of {expected}");
        }
    }

    /// <summary>One way to fail.</summary>
    internal sealed record Fault(int? StatusCode = null, int? RefusedEntry = null, bool LosesAnswer = false);

    /// <summary>One event.</summary>
    internal sealed record Entry(string Bus, string Source, string DetailType, string Id, string Merchant, long Position, string State)
    {
        public static Entry Read(JsonElement entry)
        {
            using var detail = JsonDocument.Parse(entry.GetProperty("Detail").GetString()!);
            var root = detail.RootElement;
            return new Entry(
                entry.GetProperty("EventBusName").GetString()!, entry.GetProperty(nameof(Source)).GetString()!, entry.GetProperty(nameof(DetailType)).GetString()!,
                root.GetProperty("id").GetString()!, root.GetProperty("merchant").GetString()!,
                long.Parse(root.GetProperty("position").GetString()!, CultureInfo.InvariantCulture),
                root.GetProperty("payment").GetProperty("state").GetString()!);
        }
    }
}
