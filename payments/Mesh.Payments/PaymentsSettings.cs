using System.Net;
using Mesh.Aws;
using Mesh.Hosting.Networking;
using Mesh.Hosting.Settings;
using Mesh.Payments.Acquiring;
using Mesh.Payments.Api;
using Mesh.Payments.Messaging;
using Mesh.Payments.Messaging.Events;
using Mesh.Payments.Messaging.Publishing;
using Mesh.Payments.Domain;
using Mesh.Payments.Storage;

namespace Mesh.Payments;

/// <summary>The settings of mesh-payments.</summary>
internal sealed class PaymentsSettings
{
    private static readonly TimeSpan ShortestKeyLifetime = TimeSpan.FromHours(24);

    private static readonly TimeSpan ShortestAcquirerTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestAcquirerTimeout = TimeSpan.FromMinutes(5);

    private readonly CommonSettings common;
    private readonly Setting<IPEndPoint> listen;
    private readonly Setting<IPEndPoint?> ledgerListen;
    private readonly Setting<StoreAddress> store;
    private readonly Setting<string?> rdsIam;
    private readonly Setting<AcquirerAddress> acquirer;
    private readonly Setting<TimeSpan> acquirerTimeout;
    private readonly Setting<TimeSpan> acquirerWait;
    private readonly Setting<int> acquirerLimit;
    private readonly Setting<TimeSpan> acquirerGiveUpAfter;
    private readonly Setting<FeeSchedule> fee;
    private readonly Setting<IReadOnlyList<IPNetwork>> trustedProxies;
    private readonly Setting<string?> callerClaim;
    private readonly Setting<string> claimsHeader;
    private readonly Setting<IReadOnlyList<string>> claimsFrom;
    private readonly Setting<IReadOnlyList<MerchantBinding>> merchants;
    private readonly Setting<TimeSpan> keyLifetime;
    private readonly Setting<TimeSpan> drainTimeout;
    private readonly Setting<int> requestLimit;
    private readonly Setting<int> workers;
    private readonly Setting<int> queueLimit;
    private readonly Setting<StoreAddress?> migrationStore;
    private readonly Setting<int> ledgerQueueLimit;
    private readonly Setting<TimeSpan> slowStatement;
    private readonly Setting<QueueAddress> queue;
    private readonly Setting<IReadOnlyList<EventSource>> eventSources;
    private readonly Setting<EventBusAddress?> events;

    public PaymentsSettings()
    {
        Definition = new SettingsDefinition("mesh-payments", "Payments over gRPC and JSON, on a double-entry ledger.");
        common = new CommonSettings(Definition, "payments");
        listen = Definition.WithDefault("listen", "ADDR:PORT",
            "Where gRPC (h2c) and JSON (HTTP/1.1) are served in plain text, for the proxy of this workload.",
            AddressParsing.EndPoint, "127.0.0.1:8080");
        ledgerListen = Definition.Optional("ledger-listen", "ADDR:PORT",
            "Where the ledger (ledger.v1, h2c) is served for other services; never at the edge; nowhere when not set.", AddressParsing.EndPoint);
        store = Definition.Required("store", "STORE",
            "Where payments are kept: sqlite:FILE, or postgres:Host=...;Database=...;Username=... (password in PGPASSWORD or PGPASSFILE).",
            StoreAddress.Parse);
        migrationStore = Definition.Optional("migration-store", "STORE",
            "The same store on another way, for bringing the schema up to date: the writer itself where --store is a proxy in front of it.",
            StoreAddress.Parse);
        rdsIam = Definition.Optional("rds-iam", "REGION",
            "Log in at the store with IAM tokens of this region instead of a password; needs SSL Mode=VerifyFull.", SettingParsers.Text);
        Definition.Check(settings => settings.Get(rdsIam) is null || settings.Get(store).IsVerified
            ? null
            : "--rds-iam sends a token as password: give a postgres store with SSL Mode=VerifyFull");
        acquirer = Definition.WithDefault("acquirer", "ACQUIRER",
            "Who moves the money: http://HOST:PORT of a service that speaks acquirer.v1, or sandbox, which decides by token in this process.",
            AcquirerAddress.Parse, "sandbox");
        acquirerTimeout = Definition.WithDefault("acquirer-timeout", "DURATION",
            "How long a call of the acquirer may take before its outcome counts as unknown; 100ms to 5m.", AcquirerTimeout, "10s");
        acquirerWait = Definition.WithDefault("acquirer-wait", "DURATION",
            "How long a caller waits for the acquirer before the payment is shown as PROCESSING; less than callers' deadlines.",
            SettingParsers.Duration, "8s");
        acquirerLimit = Definition.WithDefault("acquirer-limit", "COUNT",
            "Requests that may wait for the acquirer at a time; more are refused with RESOURCE_EXHAUSTED.",
            SettingParsers.WholeNumber(1, 100_000), "1024");
        acquirerGiveUpAfter = Definition.WithDefault("acquirer-give-up-after", "DURATION",
            "An operation whose outcome is not known for so long is parked until somebody looks at it.", SettingParsers.Duration, "24h");
        fee = Definition.WithDefault("fee", "BASIS_POINTS[+MINOR_UNITS]",
            "What is kept of each capture, for example 250+30: 2.5 % and 30 minor units; a refund does not give it back.", FeeSchedule.Parse, "0");
        trustedProxies = Definition.Many("trusted-proxy", "ADDR",
            "Address or range of this workload's own proxy: only from there x-forwarded-client-cert is believed.", TrustedProxies.Parse);
        callerClaim = Definition.Optional("caller-claim", "NAME",
            "Claim of a verified JWT that says who calls, for example sub; without it only the peer's certificate does.", SettingParsers.Text);
        claimsHeader = Definition.WithDefault("claims-header", "NAME",
            "Header with the JWT's payload in base64url, as outputPayloadToHeader of the RequestAuthentication names it.",
            SettingParsers.Text, "x-jwt-claims");
        claimsFrom = Definition.Many("claims-from", "SPIFFE-ID",
            "Peer that verifies tokens before it passes them on: the edge; * when this workload's own proxy does. Others' claims are not read.",
            SettingParsers.Text);
        Definition.Check(settings => settings.Get(callerClaim) is null || settings.Get(claimsFrom).Count > 0
            ? null
            : "--caller-claim needs to know whose word counts: name the peers that verify tokens with --claims-from");
        merchants = Definition.Many("merchant-binding", "SPIFFE-ID=MERCHANT",
            "A caller who may act for a merchant, * for any of either, jwt:ISSUER/CLAIM for a token; without any binding everybody may for all.", MerchantBinding.Parse);
        keyLifetime = Definition.WithDefault("idempotency-lifetime", "DURATION",
            "How long the answer to an idempotency key is kept; 24h at least.", KeyLifetime, "48h");
        drainTimeout = Definition.WithDefault("drain-timeout", "DURATION",
            "How long requests in flight may take when the process is told to stop.", SettingParsers.Duration, "10s");
        requestLimit = Definition.WithDefault("request-limit", "BYTES", "Largest request.",
            SettingParsers.WholeNumber(1024, 16 * 1024 * 1024), "65536");
        queue = Definition.WithDefault("queue", "QUEUE",
            "Where messages wait: database, or sqs:URL of an SQS queue with a dead-letter queue.", QueueAddress.Parse, "database");
        Definition.Check(settings => settings.Get(queue) is { Sqs: not null, Region: null } && AwsEnvironment.Current.Region is null
            ? "the URL of --queue names no region: set AWS_REGION"
            : null);
        events = Definition.Optional("events", "BUS",
            "Where the events of payments are published: eventbridge:NAME or eventbridge:ARN of a bus of EventBridge.", EventBusAddress.Parse);
        Definition.Check(settings => settings.Get(events) is { Region: null } && AwsEnvironment.Current.Region is null
            ? "the bus of --events names no region: give its ARN, or set AWS_REGION"
            : null);
        eventSources = Definition.Many("event-source", "SOURCE=SPIFFE-ID",
            "A source of EventBridge events that ask for payments, and the caller it counts as.", EventSource.Parse);
        workers = Definition.WithDefault("workers", "COUNT", "Messages of the queue that are worked on at once.",
            SettingParsers.WholeNumber(1, 256), "16");
        queueLimit = Definition.WithDefault("queue-limit", "COUNT",
            "Mutations of payments that may wait for the store; more are refused.", SettingParsers.WholeNumber(1, 1_000_000), "4096");
        slowStatement = Definition.WithDefault("slow-statement", "DURATION",
            "Statements, waits for locks and commits of the store that take as long are logged.", SettingParsers.Duration, "500ms");
        ledgerQueueLimit = Definition.WithDefault("ledger-queue-limit", "COUNT",
            "Transfers of the ledger that may wait for the store; more are refused.", SettingParsers.WholeNumber(1, 1_000_000), "16384");
    }

    public SettingsDefinition Definition { get; }

    public PaymentsOptions Read(EffectiveSettings settings) => new()
    {
        Name = settings.Get(common.Name),
        Listen = settings.Get(listen),
        LedgerListen = settings.Get(ledgerListen),
        Admin = settings.Get(common.Admin!),
        Store = settings.Get(store),
        MigrationStore = settings.Get(migrationStore),
        RdsIam = settings.Get(rdsIam),
        Acquirer = settings.Get(acquirer),
        AcquirerTimeout = settings.Get(acquirerTimeout),
        AcquirerWait = settings.Get(acquirerWait),
        AcquirerLimit = settings.Get(acquirerLimit),
        AcquirerGiveUpAfter = settings.Get(acquirerGiveUpAfter),
        Fee = settings.Get(fee),
        AccessLog = settings.Get(common.AccessLog),
        TrustedProxies = settings.Get(trustedProxies),
        Claims = settings.Get(callerClaim) is { } claim
            ? new ClaimsTrust { Claim = claim, Header = settings.Get(claimsHeader), Peers = settings.Get(claimsFrom) }
            : null,
        Merchants = settings.Get(merchants),
        KeyLifetime = settings.Get(keyLifetime),
        DrainTimeout = settings.Get(drainTimeout),
        RequestLimit = settings.Get(requestLimit),
        Workers = settings.Get(workers),
        QueueLimit = settings.Get(queueLimit),
        SlowStatement = settings.Get(slowStatement),
        LedgerQueueLimit = settings.Get(ledgerQueueLimit),
        Queue = settings.Get(queue),
        EventSources = settings.Get(eventSources),
        Events = settings.Get(events),
        LogLevel = settings.Get(common.LogLevel),
    };

    private static TimeSpan AcquirerTimeout(string text)
    {
        var timeout = SettingParsers.Duration(text);
        return timeout >= ShortestAcquirerTimeout && timeout <= LongestAcquirerTimeout
            ? timeout
            : throw new FormatException($"'{text}' is not between 100ms and 5m");
    }

    private static TimeSpan KeyLifetime(string text)
    {
        var lifetime = SettingParsers.Duration(text);
        return lifetime >= ShortestKeyLifetime ? lifetime : throw new FormatException($"'{text}' is less than 24h");
    }
}
