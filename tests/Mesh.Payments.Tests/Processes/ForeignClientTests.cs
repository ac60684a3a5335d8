using System.Text.Json;
using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Processes;

/// <summary>The samples' clients, none of which is made of our code, against the service.</summary>
public sealed class ForeignClientTests
{
    private const string Python = "/usr/bin/python3";

    [Fact]
    public async Task Python_with_grpcio_pays_by_reflection_and_reads_status_and_trailers()
    {
        Assert.SkipUnless(await ForeignProgram.WorksAsync(Python, "-c", "import grpc, google.protobuf"), "python3-grpcio is not installed");
        await using var server = await TestServer.StartAsync();
        string[] common = [Repository.File("samples", "clients", "python", "pay.py"), "--target", Target(server), "--plaintext", "--key", "k"];

        var first = await ForeignProgram.RunAsync(Python, [.. common, "--amount", "4200"]);
        var repeated = await ForeignProgram.RunAsync(Python, [.. common, "--amount", "4200"]);
        var refused = await ForeignProgram.RunAsync(Python, [.. common, "--amount", "4201"]);

        CheckPaid(first, "SERVING", "SUCCEEDED");
        Assert.True(Json(repeated).GetProperty("replayed").GetBoolean());
        Assert.Equal(1, refused.ExitCode);
        Assert.Equal("INVALID_ARGUMENT", Json(refused).GetProperty("status").GetProperty("code").GetString());
        Assert.Equal("IDEMPOTENCY_KEY_REUSED", Json(refused).GetProperty("details")[0].GetProperty("reason").GetString());
    }

    [Fact]
    public async Task JavaScript_with_grpc_js_pays_by_reflection_and_reads_status_and_trailers()
    {
        var folder = Repository.File("samples", "clients", "javascript");
        Assert.SkipUnless(await ForeignProgram.WorksAsync("node", "--version"), "node is not installed");
        Assert.SkipUnless(Directory.Exists(Path.Combine(folder, "node_modules")), "npm ci was not run in samples/clients/javascript");
        await using var server = await TestServer.StartAsync();

        var result = await ForeignProgram.RunAsync("node", Path.Combine(folder, "pay.mjs"), "--target", Target(server), "--plaintext", "--manual");

        CheckPaid(result, "SERVING", "REQUIRES_CAPTURE");
    }

    [Fact]
    public async Task Clients_that_do_not_wait_watch_what_becomes_of_the_payment()
    {
        Assert.SkipUnless(await ForeignProgram.WorksAsync(Python, "-c", "import grpc, google.protobuf"), "python3-grpcio is not installed");
        await using var server = await TestServer.StartAsync();
        string[] common = [Repository.File("samples", "clients", "python", "pay.py"), "--target", Target(server), "--plaintext", "--async"];

        var paid = await ForeignProgram.RunAsync(Python, common);
        var declined = await ForeignProgram.RunAsync(Python, [.. common, "--method", "pm_card_declined"]);

        Assert.Equal(["PROCESSING", "SUCCEEDED"], Events(paid));
        Assert.Equal("SUCCEEDED", Json(paid).GetProperty("read").GetProperty("state").GetString());
        Assert.Equal(["PROCESSING", "FAILED"], Events(declined));
    }

    [Fact]
    public async Task JavaScript_that_does_not_wait_watches_what_becomes_of_the_payment()
    {
        var folder = Repository.File("samples", "clients", "javascript");
        Assert.SkipUnless(await ForeignProgram.WorksAsync("node", "--version"), "node is not installed");
        Assert.SkipUnless(Directory.Exists(Path.Combine(folder, "node_modules")), "npm ci was not run in samples/clients/javascript");
        await using var server = await TestServer.StartAsync();

        var paid = await ForeignProgram.RunAsync("node", Path.Combine(folder, "pay.mjs"), "--target", Target(server), "--plaintext", "--async");

        Assert.Equal(["PROCESSING", "SUCCEEDED"], Events(paid));
    }

    [Fact]
    public async Task The_shell_pays_with_curl_and_is_told_when_it_is_refused()
    {
        Assert.SkipUnless(await ForeignProgram.WorksAsync("curl", "--version"), "curl is not installed");
        await using var server = await TestServer.StartAsync();
        var script = Repository.File("samples", "clients", "shell", "pay.sh");

        var paid = await ForeignProgram.RunAsync("bash", script, $"http://{Target(server)}", "999", "JPY");
        var declined = await ForeignProgram.RunAsync("bash", script, $"http://{Target(server)}", "999", "JPY", "pm_card_declined");

        Assert.Equal((0, "SUCCEEDED"), (paid.ExitCode, Json(paid).GetProperty("state").GetString()));
        Assert.Equal((1, 9), (declined.ExitCode, Json(declined).GetProperty("code").GetInt32()));
        var later = await ForeignProgram.RunAsync("env", "MODE=ASYNC", "bash", script, $"http://{Target(server)}", "999", "JPY");
        Assert.Equal((0, "SUCCEEDED"), (later.ExitCode, Json(later).GetProperty("state").GetString()));
    }

    private static void CheckPaid((int ExitCode, string Output, string Error) result, string health, string state)
    {
        Assert.True(result.ExitCode == 0, result.Error + result.Output);
        var json = Json(result);
        Assert.Equal("OK", json.GetProperty("status").GetProperty("code").GetString());
        Assert.Equal(health, json.GetProperty("health").GetString());
        Assert.Equal(state, json.GetProperty("payment").GetProperty("state").GetString());
        Assert.Equal(json.GetProperty("payment").ToString(), json.GetProperty("read").ToString());
        Assert.Contains(json.GetProperty("services").EnumerateArray(), service => service.GetString() == "payments.v1.Payments");
        Assert.Matches("^[0-9a-f]{32}$", json.GetProperty("trailers").GetProperty("trace-id").GetString());
    }

    private static IEnumerable<string?> Events((int ExitCode, string Output, string Error) result)
    {
        Assert.True(result.ExitCode == 0, result.Error + result.Output);
        return Json(result).GetProperty("events").EnumerateArray().Select(state => state.GetString());
    }

    private static JsonElement Json((int ExitCode, string Output, string Error) result)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(result.Output);
        }
        catch (JsonException)
        {
            Assert.Fail(result.Error + result.Output);
            throw;
        }
    }

    private static string Target(TestServer server) => server.Http.BaseAddress!.Authority;
}
