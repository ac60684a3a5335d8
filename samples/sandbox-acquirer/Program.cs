using Mesh.Hosting;
using Mesh.Hosting.Settings;
using SandboxAcquirer;

var settings = new AcquirerSettings();
if (!SettingsReader.TryRead(settings.Definition, args, out var values, out var exitCode)) return exitCode;

return await MeshProcess.RunAsync(settings.Definition.Program, () => AcquirerServer.RunAsync(settings.Read(values), TimeProvider.System));
