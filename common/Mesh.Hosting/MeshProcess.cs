namespace Mesh.Hosting;

/// <summary>The outermost frame of every binary: turns failures an operator can remove into one line and an exit code.</summary>
public static class MeshProcess
{
    /// <summary>
    /// Runs <paramref name="body"/> and returns its exit code. A <see cref="StartupException"/> becomes one line
    /// <c>program: message</c> on <paramref name="error"/> (default: standard error) and its own exit code. A listener that
    /// cannot be bound, which Kestrel reports in its own way, becomes one line and <see cref="ExitCodes.Failed"/>.
    /// Anything else is a defect and surfaces as it is.
    /// </summary>
    public static async Task<int> RunAsync(string program, Func<Task<int>> body, TextWriter? error = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        // A web host follows an appsettings.json of its working directory, by watching that directory and everything below: under
        // systemd that is the whole file system, whose mounts may make it a circle in which the runtime never stops counting.
        Environment.SetEnvironmentVariable("DOTNET_hostBuilder__reloadConfigOnChange", "false");
        try
        {
            return await body().ConfigureAwait(false);
        }
        catch (StartupException exception)
        {
            return await FailAsync(program, exception.Message, exception.ExitCode, error).ConfigureAwait(false);
        }
        catch (Exception exception) when (Networking.ListenErrors.FromKestrel(exception) is { } message)
        {
            return await FailAsync(program, message, ExitCodes.Failed, error).ConfigureAwait(false);
        }
    }

    private static async Task<int> FailAsync(string program, string message, int exitCode, TextWriter? error)
    {
        await (error ?? Console.Error).WriteLineAsync($"{program}: {message}").ConfigureAwait(false);
        return exitCode;
    }
}
