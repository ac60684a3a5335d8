using System.Text.Json;
using Grpc.Net.Client;
using Mesh.Payments.Faults.Records;

namespace Mesh.Payments.Faults.Processes;

/// <summary>A sandbox-acquirer with its log in a folder.</summary>
public sealed class AcquirerProcess : IAsyncDisposable
{
    private readonly ServiceProcess process;
    private readonly GrpcChannel channel;

    public AcquirerProcess(string folder, params string[] more)
    {
        Log = Path.Combine(folder, "acquirer.jsonl");
        process = new ServiceProcess("sandbox-acquirer", FreePort.Next(), ["--log", Log, .. more]);
        channel = GrpcChannel.ForAddress(process.Address);
        Client = new Acquirer.V1.Acquirer.AcquirerClient(channel);
    }

    /// <summary>Path of its durable log.</summary>
    public string Log { get; }

    public Uri Address => process.Address;

    public Acquirer.V1.Acquirer.AcquirerClient Client { get; }

    public ServiceProcess Process => process;

    public Task StartReadyAsync(CancellationToken cancellationToken) => process.StartReadyAsync(cancellationToken);

    public Task KillAsync(CancellationToken cancellationToken) => process.KillAsync(cancellationToken);

    /// <summary>The lines of its log.</summary>
    public IReadOnlyList<JsonElement> Lines() => JsonLines.Read(Log);

    public async ValueTask DisposeAsync()
    {
        channel.Dispose();
        await process.DisposeAsync();
    }
}
