using Mesh.Hosting;
using Mesh.VmAgent.Bootstrap;
using Mesh.VmAgent.Cli;

return await MeshProcess.RunAsync("mesh-agent", async () =>
{
    if (AgentVerbs.Has(args)) return await AgentVerbs.RunAsync(args, Console.Out, Console.Error, CancellationToken.None);
    if (!new AgentSettingsReader().TryRead(args, out var settings, out var exitCode)) return exitCode;
    await using var agent = AgentHost.Build(settings, args);
    await agent.StartAsync(CancellationToken.None);
    _ = StartupMemory.GiveBackOnceReadyAsync(agent.Readiness, TimeProvider.System, CancellationToken.None);
    await agent.WaitForShutdownAsync(CancellationToken.None);
    return ExitCodes.Ok;
});
