using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Keeps the requests of a session at one backend.</summary>
public sealed record SessionPersistence
{
    public string SessionName { get; init; } = "";
    public TimeSpan? AbsoluteTimeout { get; init; }
    public TimeSpan? IdleTimeout { get; init; }
    public string Type { get; init; } = "";
    public string CookieConfig { get; init; } = "";

    internal static Schema<SessionPersistence> Schema { get; } =
        new Schema<SessionPersistence>("SessionPersistence", () => new SessionPersistence())
            .Field("sessionName", Codecs.Text, x => x.SessionName, (x, v) => x with { SessionName = v })
            .Field("absoluteTimeout", Codecs.GatewayApiDuration,
                x => x.AbsoluteTimeout, (x, v) => x with { AbsoluteTimeout = v })
            .Field("idleTimeout", Codecs.GatewayApiDuration, x => x.IdleTimeout, (x, v) => x with { IdleTimeout = v })
            .Field("type", Codecs.Text, x => x.Type, (x, v) => x with { Type = v })
            .Field("cookieConfig", Codecs.Raw, x => x.CookieConfig, (x, v) => x with { CookieConfig = v });
}
