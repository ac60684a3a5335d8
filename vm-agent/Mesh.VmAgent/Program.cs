using Mesh.Aws;
using Mesh.Hosting;
using Mesh.VmAgent.Bootstrap;
using Mesh.VmAgent.Cli;
using Mesh.VmAgent.Registration;

return await MeshProcess.RunAsync("mesh-agent", async () =>
{
    if (AgentVerbs.Has(args)) return await AgentVerbs.RunAsync(args, Console.Out, Console.Error, CancellationToken.None);
    if (!new AgentSettingsReader().TryRead(args, out var settings, out var exitCode)) return exitCode;
    // Where the agent itself writes the entry of a machine, among those of others.
    if (settings is { InstanceId: null, Register.Registry.Server: not null })
        settings = settings with { InstanceId = await MachineId.FindAsync("/", token => Ec2Instance.FindIdAsync(AwsEnvironment.Current, token), CancellationToken.None) };
    await using var agent = AgentHost.Build(settings, args);
    await agent.StartAsync(CancellationToken.None);
    _ = StartupMemory.GiveBackOnceReadyAsync(agent.Readiness, TimeProvider.System, CancellationToken.None);
    await agent.WaitForShutdownAsync(CancellationToken.None);
    return ExitCodes.Ok;
});
