using System.Runtime.InteropServices;
using Mesh.LocalMesh;

// Signals, file modes and, for tests, network namespaces: this program is for Linux.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

try
{
    return args switch
    {
        ["up", .. var options] => await UpCommand.RunAsync(options, stop.Token),
        ["down", .. var options] => await DownCommand.RunAsync(options),
        _ => Usage(),
    };
}
catch (LocalMeshException failure)
{
    await Console.Error.WriteLineAsync("mesh: " + failure.Message);
    return 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}

static int Usage()
{
    Console.Error.WriteLine("usage: mesh-local up|down [options]; ./mesh up --help explains them");
    return 64;
}
