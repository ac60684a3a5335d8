using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Mesh.FakeKube.Api;
using Mesh.FakeKube.Faults;
using Mesh.FakeKube.Objects;

namespace Mesh.FakeKube.Serving;

/// <summary>Faults on cue over HTTP, for the program; on a port of its own, which faults do not reach.</summary>
internal sealed class ControlServer : IAsyncDisposable
{
    private static readonly JsonSerializerOptions FaultFormat = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    private readonly FakeKubeServer server;
    private readonly Dictionary<string, Func<HttpContext, Task<JsonNode?>>> cues;
    private WebApplication? app;

    private ControlServer(FakeKubeServer server)
    {
        this.server = server;
        var faults = server.Faults;
        cues = new Dictionary<string, Func<HttpContext, Task<JsonNode?>>>(StringComparer.Ordinal)
        {
            ["break-connections"] = _ => Count(faults.BreakConnections()),
            ["refuse-connections"] = _ => Do(() => faults.RefuseConnections = true),
            ["accept-connections"] = _ => Do(() => faults.RefuseConnections = false),
            ["stall"] = _ => Do(faults.Stall),
            ["resume"] = _ => Do(faults.Resume),
            ["silence-watches"] = context => Count(faults.SilenceWatches(Resource(context))),
            ["end-watches"] = context => Count(faults.EndWatches(Resource(context))),
            ["expire"] = _ => Do(faults.ExpireResourceVersions),
            ["lag"] = _ => Do(faults.LagBehind),
            ["catch-up"] = _ => Do(faults.CatchUp),
            ["clock"] = context => Do(() => faults.ClockOffset = Seconds(context)),
            ["event-delay"] = context => Do(() => faults.EventDelay = Seconds(context)),
            ["fail"] = FailAsync,
            ["clear"] = _ => Do(faults.Clear),
            ["stop-listening"] = async _ =>
            {
                await server.StopAsync();
                return null;
            },
            ["listen"] = async context =>
            {
                await server.ListenAsync(context.RequestAborted);
                return null;
            },
        };
    }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; private set; } = new("http://localhost/");

    public static async Task<ControlServer> StartAsync(FakeKubeServer server, IPEndPoint address, CancellationToken cancellation)
    {
        var control = new ControlServer(server);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address));
        control.app = builder.Build();
        control.app.Run(control.AnswerAsync);
        await control.app.StartAsync(cancellation);
        control.Url = new Uri(control.app.Urls.First());
        return control;
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null) await app.DisposeAsync();
    }

    private static Task<JsonNode?> Count(int count) => Task.FromResult<JsonNode?>(new JsonObject { ["count"] = count });

    private static Task<JsonNode?> Do(Action action)
    {
        action();
        return Task.FromResult<JsonNode?>(null);
    }

    private static string? Resource(HttpContext context) => context.Request.Query["resource"].ToString() is { Length: > 0 } name ? name : null;

    private static TimeSpan Seconds(HttpContext context) =>
        double.TryParse(context.Request.Query["seconds"], NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : throw StatusException.BadRequest("give ?seconds=NUMBER");

    private async Task<JsonNode?> FailAsync(HttpContext context)
    {
        try
        {
            var fault = await JsonSerializer.DeserializeAsync<RequestFault>(context.Request.Body, FaultFormat, context.RequestAborted);
            server.Faults.Add(fault ?? throw StatusException.BadRequest("the body is no fault"));
            return null;
        }
        catch (JsonException error)
        {
            throw StatusException.BadRequest($"the body is no fault: {error.Message}");
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        try
        {
            var name = context.Request.Path.Value?.Trim('/') ?? "";
            if (context.Request.Method != "POST")
            {
                await Answers.WriteAsync(context, State());
                return;
            }

            if (!cues.TryGetValue(name, out var cue)) throw new StatusException(404, "NotFound", $"there is no cue '{name}'");
            await Answers.WriteAsync(context, await cue(context) ?? new JsonObject());
        }
        catch (StatusException error)
        {
            await Answers.RefuseAsync(context, error);
        }
    }

    private JsonObject State() => new()
    {
        ["url"] = server.Url.ToString(),
        ["resourceVersion"] = server.Revision,
        ["connections"] = server.Faults.OpenConnections,
        ["watches"] = server.Faults.OpenWatches,
        ["cues"] = Json.Array(cues.Keys.Order(StringComparer.Ordinal)),
    };
}
