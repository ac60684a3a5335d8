using Mesh.FakeKube.Serving;
using Mesh.Hosting;
using Mesh.Hosting.Settings;

var settings = new ServeSettings();
if (!SettingsReader.TryRead(settings.Definition, args, out var values, out var exitCode)) return exitCode;

return await MeshProcess.RunAsync(settings.Definition.Program, () => ServeProgram.RunAsync(settings, values));
