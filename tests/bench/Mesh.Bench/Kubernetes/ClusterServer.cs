using System.Diagnostics;
using System.Globalization;
using Mesh.FakeKube;

namespace Mesh.Bench.Kubernetes;

/// <summary>The process of one cluster's API server: the fake of the tests with a cluster in it, told by standard input what is to happen.</summary>
internal static class ClusterServer
{
    public const string Option = "--cluster-server";

    /// <summary>
    /// Writes a kubeconfig, prints <c>ready</c> and obeys until standard input ends: <c>put SERVICE VERSION</c> changes a route and answers
    /// with the timestamps of <see cref="Stopwatch"/> (one clock for all processes) before and after; faults are answered with <c>ok</c>.
    /// </summary>
    /// <param name="arguments">Cluster, services, port of the backend, file for the kubeconfig, files with objects.</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var (cluster, services, port) = (Number(arguments[0]), Number(arguments[1]), Number(arguments[2]));
        await using var server = await FakeKubeServer.StartAsync();
        server.Preload(new ClusterShape(cluster, services, port).Objects());
        foreach (var file in arguments[4..]) server.Apply(await File.ReadAllTextAsync(file));
        if (cluster == 0)
            for (var service = 0; service < Math.Min(services, ClusterShape.Busy); service++) server.Apply(ClusterShape.Route(service, 0));
        await File.WriteAllTextAsync(arguments[3], server.Kubeconfig());
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } line) Console.WriteLine(Obey(server, line.Split(' ')));
        return 0;
    }

    private static string Obey(FakeKubeServer server, string[] command)
    {
        switch (command)
        {
            case ["put", var service, var version]:
                var text = ClusterShape.Route(Number(service), Number(version));
                var before = Stopwatch.GetTimestamp();
                server.Apply(text);
                return string.Create(CultureInfo.InvariantCulture, $"{before} {Stopwatch.GetTimestamp()}");
            case ["break"]:
                server.Faults.BreakConnections();
                return "ok";
            case ["expire"]:
                server.Faults.ExpireResourceVersions();
                return "ok";
            case ["refuse"]:
                server.Faults.RefuseConnections = true;
                server.Faults.BreakConnections();
                return "ok";
            case ["accept"]:
                server.Faults.RefuseConnections = false;
                return "ok";
            case ["stall"]:
                server.Faults.Stall();
                return "ok";
            case ["resume"]:
                server.Faults.Resume();
                return "ok";
            default:
                return $"unknown: {string.Join(' ', command)}";
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
