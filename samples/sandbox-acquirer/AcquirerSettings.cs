using System.Net;
using Mesh.Hosting.Logging;
using Mesh.Hosting.Networking;
using Mesh.Hosting.Settings;

namespace SandboxAcquirer;

/// <summary>The settings of sandbox-acquirer.</summary>
internal sealed class AcquirerSettings
{
    private readonly Setting<IPEndPoint> listen;
    private readonly Setting<string> log;
    private readonly Setting<TimeSpan> lateAfter;
    private readonly Setting<int> unavailableTimes;
    private readonly Setting<LogLevel> logLevel;

    public AcquirerSettings()
    {
        Definition = new SettingsDefinition("sandbox-acquirer",
            "A card acquirer to test with: acquirer.v1 over gRPC, a durable log, and failures on cue of the card's token.");
        listen = Definition.WithDefault("listen", "ADDR:PORT",
            "Where acquirer.v1 (h2c), /operations and /healthz/ready (HTTP/1.1) are served in plain text.",
            AddressParsing.EndPoint, "127.0.0.1:8090");
        log = Definition.Required("log", "FILE",
            "Where operations are kept, one JSON object a line; on disk before an answer leaves, and read again at the start.",
            SettingParsers.Text);
        lateAfter = Definition.WithDefault("late-after", "DURATION",
            "After how long operations on pm_card_late are decided.", SettingParsers.Duration, "3s");
        unavailableTimes = Definition.WithDefault("unavailable-times", "COUNT",
            "How often each operation on pm_card_unavailable is turned away before it is done.", SettingParsers.WholeNumber(0, 1000), "2");
        logLevel = Definition.WithDefault("log-level", "LEVEL",
            "trace, debug, info, warning, error or none.", LoggingSetup.ParseLevel, "info");
    }

    public SettingsDefinition Definition { get; }

    public AcquirerOptions Read(EffectiveSettings settings) => new()
    {
        Listen = settings.Get(listen),
        Log = settings.Get(log),
        LateAfter = settings.Get(lateAfter),
        UnavailableTimes = settings.Get(unavailableTimes),
        LogLevel = settings.Get(logLevel),
    };
}
