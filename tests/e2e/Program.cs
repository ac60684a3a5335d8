using System.Runtime.InteropServices;
using Mesh.EndToEnd;
using Mesh.EndToEnd.Joining;
using Mesh.EndToEnd.Scenarios;

// Network namespaces, signals and file modes: this program is for Linux.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);

if (args is [IstiodStandIn.Command, .. var rest]) return await IstiodStandIn.RunAsync(rest, stop.Token);

var names = AllScenarios.List.Select(scenario => scenario.Name).Concat(JoiningScenarios.List.Select(scenario => scenario.Name)).ToList();
if (Options.Read(args, names, out var error) is not { } options)
{
    await Console.Error.WriteLineAsync($"mesh e2e: {error}");
    return 64;
}

try
{
    return await new EndToEndRun(options).RunAsync(stop.Token);
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
