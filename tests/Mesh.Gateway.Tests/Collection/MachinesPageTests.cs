using System.Collections.Immutable;
using System.Text;
using Mesh.Config.Model;
using Mesh.Config.Registration;
using Mesh.Config.Sources;
using Mesh.Gateway.Admin;
using Mesh.Gateway.Collection;
using Mesh.Gateway.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Gateway.Tests.Collection;

/// <summary><c>/machines</c> as a person reads it.</summary>
public sealed class MachinesPageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machine_that_dies_is_shown_with_probe_lease_and_what_is_about_to_be_done_and_when()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var folder = Directory.CreateTempSubdirectory("machines-");
        var dead = Machines.Entry("127.30.1.1", time.GetUtcNow(), isLeased: true, instance: "i-1");
        var other = Machines.Entry("127.30.1.2", time.GetUtcNow(), isLeased: true, instance: "i-2");
        other = other with
        {
            Metadata = other.Metadata with
            {
                Annotations = other.Metadata.Annotations.SetItem(RegistrationAnnotations.Summary, """{"version":"1.2.3","problem":"identity: the token has expired"}"""),
            },
        };
        foreach (var entry in new[] { dead, other })
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, entry.Metadata.Name + ".yaml"), Machines.Text(entry), Token);
        await using var model = MeshModel.Start([new FolderSource(folder.FullName, "c1")], cancellationToken: Token);
        await Eventually.TrueAsync(() => Task.FromResult(model.Current.Synced), () => "the entries");
        var check = new ScriptedCheck();
        var prober = new AgentProber("vpc-legacy", check, time, NullLogger<AgentProber>.Instance);
        var agents = RegisteredAgent.In(model.Current, "vpc-legacy");
        await prober.RoundAsync(agents, Token);
        var gone = agents.Single(agent => agent.Address == "127.30.1.1");
        check.Set(gone, AgentAnswer.None);
        for (var round = 0; round < 4; round++) await prober.RoundAsync(agents, Token);
        var board = new CollectionBoard
        {
            Plans = ImmutableDictionary<RegisteredAgent, MachinePlan>.Empty.Add(gone, new MachinePlan(time.GetUtcNow() + TimeSpan.FromSeconds(6), "deleted soon: silent")),
            Leases = new Dictionary<(string, string), LeaseView>
            {
                [("prod", gone.Name)] = new(new MachineLease("prod", gone.Name, "agent-vm", TimeSpan.FromSeconds(40), "1"), LeaseState.RunOut, TimeSpan.FromSeconds(46)),
            },
            Leader = () => "gateway-7",
        };
        var page = new MachinesPage(() => model.Current, "c1", "vpc-legacy", prober, board, new CollectionMetrics(), time);

        Assert.Equal(
            """
            ENTRY                                          ADDRESS     PROBE       LEASE                 HEALTHY  AGENT                            PLAN
            prod/legacy-billing-127.30.1.1-vpc-legacy-i-1  127.30.1.1  silent (4)  run out (46 of 40 s)  -        -                                deleted soon: silent; in 6 s
            prod/legacy-billing-127.30.1.2-vpc-legacy-i-2  127.30.1.2  ready       -                     -        identity: the token has expired  -
            gateway-7 cleans up by Leases

            """,
            await AskAsync(page));
        folder.Delete(recursive: true);
    }

    private static async Task<string> AskAsync(MachinesPage page)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { Response = { Body = body } };
        await page.AnswerAsync(context);
        return Encoding.UTF8.GetString(body.ToArray());
    }
}
