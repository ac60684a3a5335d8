using System.Diagnostics;
using System.Globalization;

namespace Mesh.Bench.Kubernetes;

/// <summary>A <see cref="ClusterServer"/> as a process of its own, so that its time is nobody else's.</summary>
internal sealed class ClusterProcess : IDisposable
{
    private readonly Process process;
    private readonly Lock turn = new();

    private ClusterProcess(Process process, string kubeconfig) => (this.process, Kubeconfig) = (process, kubeconfig);

    /// <summary>File for an administrator; there once <see cref="WaitUntilReady"/> has returned.</summary>
    public string Kubeconfig { get; }

    /// <param name="objects">Files with further objects.</param>
    public static ClusterProcess Start(int cluster, int services, int port, string kubeconfig, params string[] objects)
    {
        string[] arguments =
        [
            "kubernetes", ClusterServer.Option, Text(cluster), Text(services), Text(port), kubeconfig, .. objects,
        ];
        var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        return new ClusterProcess(process, kubeconfig);
    }

    /// <exception cref="InvalidOperationException">It did not start.</exception>
    public void WaitUntilReady()
    {
        if (process.StandardOutput.ReadLine() != "ready") throw new InvalidOperationException($"the API server for {Kubeconfig} did not start");
    }

    /// <summary>Changes the route of a service.</summary>
    /// <returns>Timestamps of before and after the write.</returns>
    public (long Before, long After) Put(int service, int version)
    {
        var answer = Tell(string.Create(CultureInfo.InvariantCulture, $"put {service} {version}")).Split(' ');
        return (long.Parse(answer[0], CultureInfo.InvariantCulture), long.Parse(answer[1], CultureInfo.InvariantCulture));
    }

    /// <returns>The answer.</returns>
    public string Tell(string command)
    {
        lock (turn)
        {
            process.StandardInput.WriteLine(command);
            process.StandardInput.Flush();
            return process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"the API server for {Kubeconfig} ended");
        }
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
