namespace Mesh.Meshctl.Tests;

/// <summary>Runs <c>meshctl</c> in this process.</summary>
internal static class Meshctl
{
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(string[] arguments, string input = "")
    {
        using var reader = new StringReader(input);
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await global::Meshctl.Verbs.RunAsync(arguments, reader, output, error);
        return (exitCode, output.ToString(), error.ToString());
    }
}
