namespace Mesh.LocalMesh.Tests;

/// <summary>What a user sees when a process cannot start.</summary>
[Collection(MeshCollection.Name)]
public sealed class StartUpTests(MeshFixture fixture)
{
    [Theory]
    [InlineData("gateway-a", "127.10.0.1:")]
    [InlineData("agent-payments-a", "127.10.1.10:")]
    [InlineData("payments-a", "127.10.1.10:8080")]
    [InlineData("ca", "127.0.0.1:15012")]
    public async Task A_second_process_on_the_same_addresses_ends_with_one_clear_message(string name, string address)
    {
        var spec = fixture.Mesh[name].Spec;

        var run = await Shell.RunAsync(spec.Binary, spec.Arguments);

        Assert.Equal(1, run.ExitCode);
        var said = run.Errors + run.Output;
        Assert.Contains(address, said, StringComparison.Ordinal);
        Assert.Contains("in use", said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gateway-a")]
    [InlineData("agent-vm")]
    [InlineData("payments-a")]
    public async Task A_wrong_option_is_refused_before_anything_starts(string name)
    {
        var spec = fixture.Mesh[name].Spec;

        var run = await Shell.RunAsync(spec.Binary, [.. spec.Arguments, "--no-such-option", "x"]);

        Assert.Equal(64, run.ExitCode);
        Assert.Contains("--no-such-option", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gateway-a")]
    [InlineData("agent-vm")]
    [InlineData("payments-a")]
    public async Task Every_binary_explains_itself_and_prints_its_effective_config(string name)
    {
        var spec = fixture.Mesh[name].Spec;

        var help = await Shell.RunAsync(spec.Binary, ["--help"]);
        var config = await Shell.RunAsync(spec.Binary, [.. spec.Arguments, "--print-config"]);

        Assert.Equal(0, help.ExitCode);
        Assert.Contains("--access-log", help.Output, StringComparison.Ordinal);
        Assert.Equal(0, config.ExitCode);
        Assert.Contains(name, config.Output, StringComparison.Ordinal);
    }
}
