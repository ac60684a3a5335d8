using Mesh.Hosting;
using Mesh.Hosting.Settings;
using Mesh.Payments;

var definition = new PaymentsSettings();
if (!SettingsReader.TryRead(definition.Definition, args, out var settings, out var exitCode)) return exitCode;

return await MeshProcess.RunAsync(definition.Definition.Program, async () =>
{
    var server = await PaymentsServer.StartAsync(definition.Read(settings), TimeProvider.System, CancellationToken.None);
    await using (server) await server.WaitForShutdownAsync();
    return ExitCodes.Ok;
});
