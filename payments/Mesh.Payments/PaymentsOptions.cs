using System.Net;

namespace Mesh.Payments;

/// <summary>What a mesh-payments process runs with.</summary>
internal sealed record PaymentsOptions
{
    public required string Name { get; init; }

    /// <summary>Plain HTTP/1.1 and h2c on one port.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Where ledger.v1 is served, plain HTTP/2 (h2c); null for nowhere.</summary>
    public IPEndPoint? LedgerListen { get; init; }

    /// <summary>A second listener for probes, or null.</summary>
    public IPEndPoint? Admin { get; init; }

    public required Storage.StoreAddress Store { get; init; }

    /// <summary>Where migrations connect to; null: to <see cref="Store"/>.</summary>
    public Storage.StoreAddress? MigrationStore { get; init; }

    /// <summary>The region whose IAM tokens the store takes as passwords, or null.</summary>
    public string? RdsIam { get; init; }

    /// <summary>Where AWS credentials, regions and endpoints are configured.</summary>
    public Aws.AwsEnvironment Aws { get; init; } = Mesh.Aws.AwsEnvironment.Current;

    public Acquiring.AcquirerAddress Acquirer { get; init; } = Acquiring.AcquirerAddress.Sandbox;

    /// <summary>How long one call of the acquirer may take before its outcome counts as unknown.</summary>
    public TimeSpan AcquirerTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a caller waits for the acquirer before he is told that the outcome is not known yet.</summary>
    public TimeSpan AcquirerWait { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Requests that may wait for the acquirer at a time; more are refused with RESOURCE_EXHAUSTED.</summary>
    public int AcquirerLimit { get; init; } = 1024;

    /// <summary>An operation that is not settled after so long is left to people.</summary>
    public TimeSpan AcquirerGiveUpAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>What is kept of each capture.</summary>
    public Domain.FeeSchedule Fee { get; init; }

    /// <summary>A path, <c>-</c> for standard output, or null for none.</summary>
    public string? AccessLog { get; init; }

    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Null when only the peer's certificate says who calls.</summary>
    public Api.ClaimsTrust? Claims { get; init; }

    /// <summary>Empty lets every caller act for every merchant.</summary>
    public IReadOnlyList<Api.MerchantBinding> Merchants { get; init; } = [];

    /// <summary>How long an idempotency key is kept after its answer was decided.</summary>
    public TimeSpan KeyLifetime { get; init; } = TimeSpan.FromDays(2);

    /// <summary>For requests in flight when the process is told to stop.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of one request; more is refused with RESOURCE_EXHAUSTED (gRPC) or 413.</summary>
    public int RequestLimit { get; init; } = 64 * 1024;

    /// <summary>Messages of the queue that are worked on at once.</summary>
    public int Workers { get; init; } = 16;

    /// <summary>Bytes of one request to the ledger, or of one message of a stream.</summary>
    public int LedgerRequestLimit { get; init; } = 1024 * 1024;

    /// <summary>Mutations of payments that may wait for the store; more are refused with RESOURCE_EXHAUSTED.</summary>
    public int QueueLimit { get; init; } = 4096;

    /// <summary>Transfers that may wait for the store.</summary>
    public int LedgerQueueLimit { get; init; } = 16384;

    /// <summary>Where messages wait.</summary>
    public Messaging.QueueAddress Queue { get; init; } = Messaging.QueueAddress.Database;

    /// <summary>The bus that gets the events of payments, or null.</summary>
    public Messaging.Publishing.EventBusAddress? Events { get; init; }

    /// <summary>Who may send events that ask for payments.</summary>
    public IReadOnlyList<Messaging.Events.EventSource> EventSources { get; init; } = [];

    /// <summary>Statements, waits for locks and commits that take as long are logged.</summary>
    public TimeSpan SlowStatement { get; init; } = TimeSpan.FromMilliseconds(500);

    public LogLevel LogLevel { get; init; } = LogLevel.Information;
}
