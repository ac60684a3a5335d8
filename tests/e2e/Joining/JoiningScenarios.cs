namespace Mesh.EndToEnd.Joining;

/// <summary>How a machine becomes a part of the mesh, comes back, and bears what happens to it.</summary>
internal static class JoiningScenarios
{
    private const string Issued = "certificate for spiffe://cluster.local/ns/prod/sa/legacy-billing is valid until";
    private const string NotRenewed = "could not be renewed and stays in use";

    private static readonly TimeSpan LongLife = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortLife = TimeSpan.FromSeconds(20);

    public static IReadOnlyList<JoiningScenario> List { get; } =
    [
        new(
            "machine-joins",
            "A machine joins with Istio's bundle in Istio's places, registered by the API server or, where the bundle says so, by istiod; it is called at once, and leaves unnoticed.",
            async (play, token) =>
            {
                foreach (var byIstiod in new[] { false, true })
                {
                    play.Machine.Set(byIstiod, LongLife);
                    await play.JoinAsync(token);
                    await play.LeaveAsync(token);
                    await play.Load.MoreAsync(5, token);
                }
            }),
        new(
            "machine-reboots",
            "A machine comes back with an expired token and a valid certificate as if nothing were; with both expired it says what it lacks, and joins when it gets a token.",
            async (play, token) =>
            {
                play.Machine.Set(byIstiod: false, LongLife);
                await play.JoinAsync(token);
                await play.LeaveAsync(token);
                play.Machine.ExpireToken();
                await play.JoinAsync(token);
                await play.LeaveAsync(token);

                await play.Machine.ExpireCertificateAsync(token);
                var before = play.Told("the token expired at 2001-09-09");
                play.Rig.Run(play.Machine.Agent);
                await play.TellsAsync("the token expired at 2001-09-09", before, token);
                play.Machine.GiveToken(play.Rig.Layout);
                await play.Rig.ReadyAsync(JoiningMachine.Name, token);
                await play.CalledAsync(token);
                await play.LeaveAsync(token);
            }),
        new(
            "control-plane-away",
            "CA and API server are away for longer than half of a certificate's life: machines go on being called, and renew when they are back.",
            async (play, token) =>
            {
                play.Machine.Set(byIstiod: false, ShortLife);
                await play.JoinAsync(token);
                var (refused, issued) = (play.Told(NotRenewed), play.Told(Issued));
                play.Rig["ca"].Kill();
                await JoiningNetwork.SilenceAsync(token, JoiningRig.ApiServerPort);
                await play.TellsAsync(NotRenewed, refused, token);
                await play.CalledAsync(token);
                await JoiningNetwork.HealAsync(token);
                await play.Rig.RestartAsync("ca", token);
                await play.TellsAsync(Issued, issued, token);
                await play.CalledAsync(token);
                await play.LeaveAsync(token);
            }),
        new(
            "machine-cut-off",
            "A machine's link swallows everything and is healed, then its agent is killed and started: calls are answered by its neighbour meanwhile.",
            async (play, token) =>
            {
                play.Machine.Set(byIstiod: false, LongLife);
                await play.JoinAsync(token);
                await JoiningNetwork.CutMachineAsync(token);
                await play.Load.MoreAsync(20, token);
                await JoiningNetwork.HealAsync(token);
                await play.CalledAsync(token);

                play.Rig[JoiningMachine.Name].Kill();
                await play.Load.MoreAsync(20, token);
                await play.JoinAsync(token);
                await play.LeaveAsync(token);
            })
        {
            IsShort = false,
        },
        new(
            "renewal-under-load",
            "A machine's certificate is renewed again and again while calls go on, connection after connection.",
            async (play, token) =>
            {
                play.Machine.Set(byIstiod: true, ShortLife);
                await play.JoinAsync(token);
                var issued = play.Told(Issued);
                await play.TellsAsync(Issued, issued + 1, token);
                await play.CalledAsync(token);
                await play.LeaveAsync(token);
            })
        {
            IsShort = false,
        },
    ];
}
