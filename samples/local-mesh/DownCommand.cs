namespace Mesh.LocalMesh;

/// <summary><c>./mesh down</c>.</summary>
internal static class DownCommand
{
    public static async Task<int> RunAsync(string[] options)
    {
        if (options.Length > 0)
        {
            await Console.Error.WriteLineAsync($"mesh down: there is no option {options[0]}.").ConfigureAwait(false);
            return 64;
        }

        var left = MeshProcess.Left(Layout.Find());
        if (left.Count == 0)
        {
            Console.WriteLine("no local mesh is running");
            return 0;
        }

        await RunningMesh.StopAsync(left).ConfigureAwait(false);
        Console.WriteLine($"stopped {left.Count} processes");
        return 0;
    }
}
