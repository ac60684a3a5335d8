namespace Mesh.EndToEnd.Scenarios;

/// <summary>The scenarios in the order in which they are played.</summary>
internal static class AllScenarios
{
    public static IReadOnlyList<Scenario> List { get; } =
    [
        // Those that must not end any stream come first, and the quiet one proves it.
        Calm.CallsBothWays,
        ConfigChanges.UnderLoad,
        Rotation.Certificates,
        IdleStream.ThroughBalancer,
        ReplicaFaults.ReplicaKilled,
        GatewayFaults.EastWestKilled,
        GatewayFaults.NetworkDoorKilled,
        NetworkFaults.LinkCut,
        MachineFaults.PowerLost,
        PackagedMachines.Installed,
        RollingRestart.EveryProcess,
        NetworkFaults.NetworkDark,
        RootRotation.NewRoot,
    ];
}
