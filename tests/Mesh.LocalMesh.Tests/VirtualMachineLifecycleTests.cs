using System.Net;

namespace Mesh.LocalMesh.Tests;

/// <summary>A machine that joins, leaves and dies, as its callers see it.</summary>
[Collection(MeshCollection.Name)]
public sealed class VirtualMachineLifecycleTests(MeshFixture fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Folder => Path.Combine(fixture.Layout.Config, "eks-a");

    [Fact]
    public async Task The_registered_entry_is_made_from_the_group_and_healthy()
    {
        await Eventually.Holds(() => Task.FromResult(Entry()?.Contains("\"True\"", StringComparison.Ordinal) == true), "a healthy entry");

        var entry = Entry()!;
        Assert.Contains("name: legacy-billing-127.30.1.10-vpc-legacy", entry, StringComparison.Ordinal);
        Assert.Contains("address: 127.30.1.10", entry, StringComparison.Ordinal);
        Assert.Contains("network: vpc-legacy", entry, StringComparison.Ordinal);
        Assert.Contains("serviceAccount: legacy-billing", entry, StringComparison.Ordinal);
        Assert.Contains("istio.io/autoRegistrationGroup: legacy-billing", entry, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_that_fails_its_probe_gets_no_calls_until_it_is_well_again()
    {
        fixture.Mesh["legacy-billing"].Kill();
        try
        {
            await Eventually.Holds(() => Task.FromResult(Entry()?.Contains("\"False\"", StringComparison.Ordinal) == true), "an unhealthy entry");
            await Eventually.Holds(async () => await CallAsync() == HttpStatusCode.ServiceUnavailable, "503 for a service without healthy endpoints");
        }
        finally
        {
            await fixture.Mesh.RestartAsync("legacy-billing", Token);
        }

        await Eventually.Holds(async () => await CallAsync() == HttpStatusCode.OK, "calls after recovery");
    }

    [Fact]
    public async Task On_sigterm_the_machine_deregisters_before_it_is_gone_and_can_come_back()
    {
        var agent = fixture.Mesh["agent-vm"];
        agent.Terminate();
        await agent.WaitForExitAsync(TimeSpan.FromSeconds(90), Token);
        try
        {
            Assert.Null(Entry());
        }
        finally
        {
            await fixture.Mesh.RestartAsync("agent-vm", Token);
        }

        await Eventually.Holds(async () => await CallAsync() == HttpStatusCode.OK, "calls after registering again");
    }

    [Fact]
    public async Task A_killed_machine_is_taken_out_of_rotation_and_its_entry_is_cleaned_up()
    {
        fixture.Mesh["agent-vm"].Kill();
        try
        {
            // Known dead: the callers' own proxy has no endpoint left and says so at once (UH), instead of trying. That it takes less than
            // five seconds is tested where time is simulated.
            await Eventually.Holds(async () => await EndpointIsOutAsync(), "the endpoint out of rotation");
            await Eventually.Holds(() => Task.FromResult(Entry() is null), "the entry removed");
        }
        finally
        {
            await fixture.Mesh.RestartAsync("agent-vm", Token);
        }

        await Eventually.Holds(async () => await CallAsync() == HttpStatusCode.OK, "calls after registering again");
    }

    private string? Entry() => Directory.EnumerateFiles(Folder, "*.yaml", SearchOption.AllDirectories)
        .Select(file => TryRead(file))
        .FirstOrDefault(text => text?.Contains("kind: WorkloadEntry", StringComparison.Ordinal) == true);

    private static string? TryRead(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private async Task<HttpStatusCode> CallAsync() => (await AskAsync()).Status;

    private async Task<bool> EndpointIsOutAsync()
    {
        var answer = await AskAsync();
        var logs = new AccessLogs(fixture.Layout.Logs);
        return answer.Status == HttpStatusCode.ServiceUnavailable &&
               logs.Read().Any(entry => entry.TraceId == answer.Trace && entry.Process == "agent-payments-a" &&
                                        entry.ResponseFlags.Contains("UH", StringComparison.Ordinal));
    }

    private static async Task<(HttpStatusCode Status, string Trace)> AskAsync()
    {
        var trace = Trace.New();
        using var handler = new HttpClientHandler();
        handler.Proxy = new WebProxy($"http://127.10.1.10:{MeshPlan.OutboundPort}");
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{MeshPlan.BillingHost}:{MeshPlan.BillingPort}/invoices/inv-1");
        request.Headers.TryAddWithoutValidation("traceparent", trace.Header);
        using var response = await client.SendAsync(request, Token);
        return (response.StatusCode, trace.Id);
    }
}
