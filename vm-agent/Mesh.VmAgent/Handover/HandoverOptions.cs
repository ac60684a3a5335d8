namespace Mesh.VmAgent.Handover;

/// <summary>How a process gives its place to another one.</summary>
/// <param name="Program">What is started; whatever file has that name by then.</param>
internal sealed record HandoverOptions(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>Longest wait for the new process to serve: it may have to wait for API servers and the CA.</summary>
    public TimeSpan ReadyLimit { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Longest life of connections that were open at the hand-over.</summary>
    public required TimeSpan DrainLimit { get; init; }

    /// <summary>This program as it was started.</summary>
    public static HandoverOptions OfThisProcess(TimeSpan drainLimit)
    {
        var program = Environment.ProcessPath ?? "mesh-agent";
        var arguments = Environment.GetCommandLineArgs().Skip(1);
        // Run by `dotnet mesh-agent.dll`, the file comes first.
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") arguments = arguments.Prepend(Environment.GetCommandLineArgs()[0]);
        return new HandoverOptions(program, [.. arguments]) { DrainLimit = drainLimit };
    }
}
