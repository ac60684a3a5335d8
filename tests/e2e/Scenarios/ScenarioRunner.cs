using System.Globalization;
using Mesh.EndToEnd.Load;
using Mesh.Hosting.AccessLogs;

namespace Mesh.EndToEnd.Scenarios;

/// <summary>Plays scenarios under load and draws up what each flow saw.</summary>
internal sealed class ScenarioRunner(Rig rig, bool isShort)
{
    /// <summary>Calls of each flow that must succeed before a fault and after it.</summary>
    private const int Settled = 10;

    private const int LongestCause = 110;

    public async Task<ScenarioResult> RunAsync(Scenario scenario, CancellationToken cancellationToken)
    {
        await using var load = new LoadRun(rig.Flows.All);
        var play = new Play(rig, load, isShort);
        string? problem = null;
        try
        {
            await load.MoreAsync(Settled, cancellationToken);
            await scenario.PlayAsync(play, cancellationToken);
            load.Resume();
            await load.MoreAsync(Settled, cancellationToken);
            play.Note("over");
        }
        catch (LocalMeshException failure)
        {
            problem = failure.Message;
        }

        await load.StopAsync();
        var time = TimeProvider.System.GetElapsedTime(load.Began);
        await rig.RestoreAsync(cancellationToken);
        await SettleAsync(cancellationToken);
        var flows = rig.Flows.All.Select(flow => Judge(scenario, load, flow.Name)).ToList();
        problem ??= flows.Select(flow => Problem(scenario, flow)).FirstOrDefault(found => found is not null);
        var failed = load.Records.Where(record => record.Failure is not null).ToList();
        return new ScenarioResult(
            scenario, time, flows, failed.Count == 0 ? [] : await DescribeAsync(play, failed, cancellationToken), problem);
    }

    private static string? Problem(Scenario scenario, FlowResult flow)
    {
        if (flow.Failed > 0 && flow.Tolerated is null) return $"{flow.Flow}: {flow.Failed} calls failed";
        return flow.Gap > scenario.LongestGap ? $"{flow.Flow}: {Milliseconds(flow.Gap)} ms without a success" : null;
    }

    private static FlowResult Judge(Scenario scenario, LoadRun load, string flow)
    {
        var records = load.Records.Where(record => record.Flow == flow).ToList();
        var last = load.Began;
        var gap = TimeSpan.Zero;
        foreach (var record in records.Where(record => record.Failure is null))
        {
            var since = TimeProvider.System.GetElapsedTime(last, record.Ended);
            if (since > gap) gap = since;
            last = record.Ended;
        }

        var causes = records.Where(record => record.Failure is not null)
            .GroupBy(record => Shorten(record.Failure!))
            .ToDictionary(group => group.Key, group => group.Count());
        return new FlowResult(flow, records.Count, gap, causes, scenario.MayFail.GetValueOrDefault(flow));
    }

    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        try
        {
            await rig.Flows.SettleAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // What stays open is found at the end, when clients and ledger are compared.
        }
    }

    private async Task<IReadOnlyList<string>> DescribeAsync(
        Play play, IReadOnlyList<CallRecord> failed, CancellationToken cancellationToken)
    {
        // Processes write their lines after their answers.
        await Task.Delay(TimeSpan.FromMilliseconds(500), cancellationToken);
        var lines = rig.Logs.Read().Where(entry => entry.TraceId is not null).ToLookup(entry => entry.TraceId!);
        return [.. failed.Select(record => Describe(play, record, lines[record.TraceId]))];
    }

    private static string Describe(Play play, CallRecord record, IEnumerable<AccessLogEntry> lines)
    {
        var before = play.Faults.LastOrDefault(fault => fault.At <= record.Began);
        var during = play.Faults.Where(fault => fault.At > record.Began && fault.At <= record.Ended).Select(fault => fault.What);
        var when = before.What is null
            ? "before anything was done"
            : $"{Milliseconds(TimeProvider.System.GetElapsedTime(before.At, record.Began))} ms after {before.What}";
        var took = Milliseconds(TimeProvider.System.GetElapsedTime(record.Began, record.Ended));
        var meanwhile = string.Join("; ", during);
        var seen = lines.OrderBy(line => line.StartTime).Select(line => string.Create(
            CultureInfo.InvariantCulture,
            $"      {line.Process} {line.ResponseCode} {line.ResponseFlags} grpc {line.GrpcStatus?.ToString(CultureInfo.InvariantCulture) ?? "-"}, {line.Attempts} tries, {line.Duration:0} ms, {line.UpstreamHost ?? "-"}: {line.ResponseCodeDetails ?? "-"}"));
        return string.Join('\n', [
            $"    {record.Flow}, sent {when}, took {took} ms{(meanwhile.Length > 0 ? $" (meanwhile: {meanwhile})" : "")}: {record.Failure}",
            .. seen.DefaultIfEmpty("      in no access log")]);
    }

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);

    private static string Shorten(string cause) => cause.Length <= LongestCause ? cause : cause[..LongestCause] + "…";
}
