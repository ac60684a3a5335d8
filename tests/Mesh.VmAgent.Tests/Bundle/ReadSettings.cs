using Mesh.VmAgent.Bootstrap;

namespace Mesh.VmAgent.Tests.Bundle;

/// <summary>Settings read as the program reads them, with an environment and a file system of the test's own.</summary>
internal static class ReadSettings
{
    public static AgentSettings From(string root, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var isRead = new AgentSettingsReader(root).TryRead(arguments, environment, output, error, out var settings, out _);
        Assert.True(isRead, error.ToString());
        return settings!;
    }

    public static (int ExitCode, string Output, string Error) Outcome(
        string root, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        new AgentSettingsReader(root).TryRead(arguments, environment, output, error, out _, out var exitCode);
        return (exitCode, output.ToString(), error.ToString());
    }
}
