using Mesh.Payments.Faults.Processes;

namespace Mesh.Payments.Faults.Tests.Acquirer;

/// <summary>One sandbox-acquirer for the tests of a class.</summary>
public sealed class SharedAcquirer : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();

    public SharedAcquirer() => Acquirer = new AcquirerProcess(folder.Path, "--late-after", "700ms");

    public AcquirerProcess Acquirer { get; }

    public async ValueTask InitializeAsync() => await Acquirer.StartReadyAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await Acquirer.DisposeAsync();
        folder.Dispose();
    }
}
