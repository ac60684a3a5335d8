using Mesh.VmAgent.Registration;

namespace Mesh.VmAgent.Tests.Registration;

/// <summary>What tells a machine from the one that had its address before.</summary>
public sealed class MachineIdTests : IDisposable
{
    private readonly TemporaryFolder root = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => root.Dispose();

    [Fact]
    public async Task An_ec2_instance_is_known_by_its_firmware_without_asking_anybody()
    {
        Write("sys/class/dmi/id/sys_vendor", "Amazon EC2");
        Write("sys/class/dmi/id/board_asset_tag", "i-0123456789abcdef0");

        Assert.Equal("i-0123456789abcdef0", await MachineId.FindAsync(root.Path, _ => throw new InvalidOperationException("asked"), Token));
    }

    [Theory]
    [InlineData("sys/hypervisor/uuid", "ec2e1916-9099-7caf-fd21-012345abcdef")]
    [InlineData("sys/class/dmi/id/sys_vendor", "Amazon EC2")]
    public async Task An_ec2_instance_whose_firmware_does_not_tell_asks_the_metadata_service(string file, string text)
    {
        Write(file, text);

        Assert.Equal("i-0123abcd", await MachineId.FindAsync(root.Path, _ => Task.FromResult<string?>("i-0123abcd"), Token));
    }

    [Fact]
    public async Task Any_other_machine_is_known_by_something_that_does_not_tell_its_machine_id()
    {
        const string machine = "0123456789abcdef0123456789abcdef";
        Write("sys/class/dmi/id/board_asset_tag", "Not Specified");
        Write("etc/machine-id", machine);
        var id = await MachineId.FindAsync(root.Path, _ => throw new InvalidOperationException("asked"), Token);

        Assert.Equal(id, MachineId.Parse(id));
        Assert.Equal(16, id.Length);
        Assert.DoesNotContain(id, machine, StringComparison.Ordinal);
        Assert.Equal(id, await MachineId.FindAsync(root.Path, _ => Task.FromResult<string?>(null), Token));
        Write("etc/machine-id", "f123456789abcdef0123456789abcdef");
        Assert.NotEqual(id, await MachineId.FindAsync(root.Path, _ => Task.FromResult<string?>(null), Token));
    }

    [Fact]
    public async Task A_machine_that_has_nothing_is_known_by_its_address_alone()
    {
        Assert.Equal("", await MachineId.FindAsync(root.Path, _ => throw new InvalidOperationException("asked"), Token));
        Write("etc/machine-id", "uninitialized");
        Assert.Equal("", await MachineId.FindAsync(root.Path, _ => throw new InvalidOperationException("asked"), Token));
    }

    [Theory]
    [InlineData("i-0123", "i-0123")]
    [InlineData("none", "")]
    public void An_id_is_given_by_hand(string text, string id) => Assert.Equal(id, MachineId.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("Rack_7")]
    [InlineData("-vm")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public void What_cannot_be_in_a_name_is_refused(string text) => Assert.Throws<FormatException>(() => MachineId.Parse(text));

    private void Write(string file, string text)
    {
        var path = root[file];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text + "\n");
    }
}
