using System.Globalization;
using Mesh.EndToEnd.Load;

namespace Mesh.EndToEnd.Joining;

/// <summary>Plays what happens to a machine that joins, each part while calls go on.</summary>
/// <param name="count">Told of each scenario: its name, whether all was as promised, and what came out.</param>
internal sealed class JoiningRun(Options options, Action<string, bool, string> count)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var chosen = JoiningScenarios.List
            .Where(scenario => options.Only.Count > 0 ? options.Only.Contains(scenario.Name) : scenario.IsShort || !options.IsShort).ToList();
        if (chosen.Count == 0) return;
        await using var rig = await JoiningRig.StartAsync(cancellationToken);
        foreach (var scenario in chosen) await PlayAsync(rig, scenario, cancellationToken);
    }

    private async Task PlayAsync(JoiningRig rig, JoiningScenario scenario, CancellationToken cancellationToken)
    {
        string? problem = null;
        await using var load = new LoadRun([rig.Flow]);
        try
        {
            await load.MoreAsync(5, cancellationToken);
            await scenario.PlayAsync(new JoiningPlay(rig, load), cancellationToken);
        }
        catch (LocalMeshException failure)
        {
            problem = failure.Message;
        }

        await load.StopAsync();
        await rig.RestoreAsync(cancellationToken);
        var failed = load.Records.Where(record => record.Failure is not null).ToList();
        if (failed.Count > 0) problem ??= $"{failed.Count} calls failed, the first with {failed[0].Failure}";
        count(scenario.Name, problem is null, string.Create(
            CultureInfo.InvariantCulture,
            $"{TimeProvider.System.GetElapsedTime(load.Began).TotalSeconds:0} s, {load.Records.Count} calls; {problem ?? scenario.Promise}"));
    }
}
