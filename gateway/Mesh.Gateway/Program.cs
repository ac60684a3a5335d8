using Mesh.Gateway.Configuration;
using Mesh.Gateway.Hosting;
using Mesh.Hosting;

if (!new GatewaySettingsReader().TryRead(args, out var settings, out var exitCode)) return exitCode;

return await MeshProcess.RunAsync("mesh-gateway", async () =>
{
    using var host = GatewayHost.Build(settings);
    await host.RunAsync();
    return ExitCodes.Ok;
});
