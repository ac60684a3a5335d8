using System.Globalization;
using System.Text.RegularExpressions;

namespace Mesh.EndToEnd.Scenarios;

/// <summary>Certificates are replaced while calls go on.</summary>
internal static partial class Rotation
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private static readonly string[] Proxies =
    [
        "gateway-a", "gateway-a2", "gateway-b", "gateway-legacy", "gateway-legacy2",
        "agent-payments-a", "agent-payments-b", "agent-vm", "agent-vm2",
    ];

    public static Scenario Certificates { get; } = new(
        "certificate-rotation",
        "All certificates are renewed, the CA is away for a while, and all are renewed again: nobody notices.",
        async (play, token) =>
        {
            await RenewedAsync(play, token);
            play.Kill("ca");
            await play.Load.MoreAsync(5, token);
            await play.StartAsync(["ca"], token);
            await RenewedAsync(play, token);
            // Connections are made anew, with certificates that did not exist when the load began.
            await play.RestartAsync(["agent-payments-b"], token);
        });

    /// <summary>Until every proxy has a certificate that is younger than this call.</summary>
    public static async Task RenewedAsync(Play play, CancellationToken cancellationToken)
    {
        var before = Proxies.ToDictionary(name => name, name => Certified(play, name));
        var began = TimeProvider.System.GetTimestamp();
        while (before.FirstOrDefault(pair => Certified(play, pair.Key) <= pair.Value).Key is { } late)
        {
            if (TimeProvider.System.GetElapsedTime(began) > Limit)
                throw new LocalMeshException(string.Create(CultureInfo.InvariantCulture, $"{late} got no new certificate in {Limit.TotalSeconds:0} s"));
            await Task.Delay(200, cancellationToken);
        }

        play.Note("all certificates renewed");
    }

    /// <summary>How many certificates a proxy's log tells of.</summary>
    private static int Certified(Play play, string proxy)
    {
        using var reader = new StreamReader(new FileStream(
            Path.Combine(play.Rig.Mesh.Layout.Logs, proxy + ".log"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return Issued().Count(reader.ReadToEnd());
    }

    [GeneratedRegex("certificate for spiffe://[^ ]+ is valid until")]
    private static partial Regex Issued();
}
