using System.Diagnostics;
using System.Globalization;

namespace Mesh.Bench.Agents;

/// <summary>A <see cref="RegistryServer"/> as a process of its own, so that its time is nobody else's.</summary>
internal sealed class RegistryProcess : IDisposable
{
    /// <summary>File in the folder of the rig.</summary>
    public const string Kubeconfig = "kubeconfig-registry";

    private readonly Process process;

    private RegistryProcess(Process process) => this.process = process;

    public TimeSpan ProcessorTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <exception cref="InvalidOperationException">It did not start.</exception>
    public static RegistryProcess Start(RegistrationWay way, string folder)
    {
        var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["agent", RegistryServer.Option, $"{way}", folder])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        return process.StandardOutput.ReadLine() == "ready"
            ? new RegistryProcess(process)
            : throw new InvalidOperationException($"the server that machines register with ({way}) did not start");
    }

    /// <summary>How many machines are registered and healthy.</summary>
    public int Count()
    {
        process.StandardInput.WriteLine();
        process.StandardInput.Flush();
        return int.Parse(process.StandardOutput.ReadLine() ?? "", CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }
}
