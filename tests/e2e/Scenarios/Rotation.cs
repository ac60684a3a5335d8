namespace Mesh.EndToEnd.Scenarios;

/// <summary>Certificates are replaced while calls go on.</summary>
internal static class Rotation
{
    /// <summary>Gateways and agents.</summary>
    private const int Proxies = 9;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    public static Scenario Certificates { get; } = new(
        "certificate-rotation",
        "All certificates are renewed, the CA is away for a while, and all are renewed again: nobody notices.",
        async (play, token) =>
        {
            await RenewedAsync(play, 1, token);
            play.Kill("ca");
            await play.Load.MoreAsync(10, token);
            await play.StartAsync(["ca"], token);
            await RenewedAsync(play, 1, token);
            // Connections are made anew, with certificates that did not exist when the load began.
            await play.RestartAsync(["agent-payments-b"], token);
        });

    /// <summary>Until the CA has issued as many certificates as give each proxy so many new ones.</summary>
    private static async Task RenewedAsync(Play play, int times, CancellationToken cancellationToken)
    {
        var wanted = Issued(play) + times * Proxies;
        var began = TimeProvider.System.GetTimestamp();
        while (Issued(play) < wanted)
        {
            if (TimeProvider.System.GetElapsedTime(began) > Limit)
                throw new LocalMeshException($"the CA issued {Issued(play)} certificates, {wanted} were waited for");
            await Task.Delay(100, cancellationToken);
        }

        play.Note("all certificates renewed");
    }

    private static int Issued(Play play)
    {
        using var reader = new StreamReader(new FileStream(
            Path.Combine(play.Rig.Mesh.Layout.Logs, "ca.log"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Split("issued a certificate").Length - 1;
    }
}
