using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;
using Mesh.VmAgent.Health;
using Mesh.VmAgent.Registration;

namespace Mesh.VmAgent.Tests.Registration;

/// <summary>The entry is what istiod would have made.</summary>
public sealed class WorkloadEntryBuilderTests
{
    private static readonly DateTimeOffset Joined = new(2026, 11, 22, 13, 0, 0, 250, TimeSpan.Zero);

    [Fact]
    public void The_entry_takes_the_template_the_groups_metadata_and_the_machine_in_this_order()
    {
        var entry = WorkloadEntryBuilder.Build(Groups.Billing, Groups.Vm, Joined);

        Assert.Equal(
            """
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata:
              name: legacy-billing-127.30.1.10-vpc-legacy
              namespace: prod
              labels:
                app: legacy-billing
                rack: r7
                tier: backend
                version: v1
              annotations:
                istio.io/autoRegistrationGroup: legacy-billing
                istio.io/connectedAt: "2026-11-22T13:00:00.2500000Z"
                istio.io/workloadController: agent-vm
                owner: billing@example.com
                proxy.istio.io/health-checks-enabled: "true"
            spec:
              address: 127.30.1.10
              ports:
                http: 15006
              labels:
                app: legacy-billing
                rack: r7
                tier: backend
                version: v1
              network: vpc-legacy
              locality: us-east-1/us-east-1c
              weight: 5
              serviceAccount: legacy-billing

            """,
            MeshYaml.Write(entry));
    }

    [Fact]
    public void What_the_machine_does_not_know_comes_from_the_template()
    {
        var entry = WorkloadEntryBuilder.Build(
            Groups.Billing, new WorkloadInstance("agent-vm", "prod", "legacy-billing", "10.0.0.7"), Joined);

        Assert.Equal("some-network", entry.Spec.Network);
        Assert.Equal("us-west-2/us-west-2a", entry.Spec.Locality);
        Assert.Equal(9080, entry.Spec.Ports["http"]);
        Assert.Equal("legacy-billing-10.0.0.7", entry.Metadata.Name);
    }

    [Fact]
    public void Without_a_probe_health_is_not_asked_for()
    {
        var group = Groups.Billing with { Spec = Groups.Billing.Spec with { Probe = null } };

        var entry = WorkloadEntryBuilder.Build(group, Groups.Vm, Joined);

        Assert.DoesNotContain("proxy.istio.io/health-checks-enabled", entry.Metadata.Annotations.Keys);
        Assert.Null(GroupProbe.SettingsOf(group));
    }

    [Theory]
    [InlineData("fd00:10:96::1", "", "billing-fd00-10-96--1")]
    [InlineData("10.0.0.7", "vpc-a", "billing-10.0.0.7-vpc-a")]
    public void The_name_is_group_address_and_network(string address, string network, string expected)
    {
        var machine = Groups.Vm with { Address = address, Network = network };

        Assert.Equal(expected, WorkloadEntryBuilder.Name("billing", machine));
    }

    [Fact]
    public void Of_a_name_that_is_too_long_the_end_is_kept()
    {
        var name = WorkloadEntryBuilder.Name(new string('g', 300), Groups.Vm);

        Assert.Equal(253, name.Length);
        Assert.EndsWith("-127.30.1.10-vpc-legacy", name, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_service_account_or_namespace_is_refused_with_the_remedy()
    {
        var stranger = WorkloadEntryBuilder.Refusal(Groups.Billing, Groups.Vm with { ServiceAccount = "other" });
        var foreign = WorkloadEntryBuilder.Refusal(Groups.Billing, Groups.Vm with { Namespace = "dev" });

        Assert.Contains("--service-account", stranger, StringComparison.Ordinal);
        Assert.Contains("--namespace", foreign, StringComparison.Ordinal);
        Assert.Null(WorkloadEntryBuilder.Refusal(Groups.Billing, Groups.Vm));
    }

    [Fact]
    public void A_probe_of_zeros_gets_istios_defaults()
    {
        var probe = new ReadinessProbe { TcpSocket = new TcpHealthCheck { Port = 9080 } };

        var settings = GroupProbe.SettingsOf(Groups.Billing with { Spec = Groups.Billing.Spec with { Probe = probe } });

        Assert.Equal(new ProbeSettings(new ProbeAction.TcpSocket("", 9080)), settings);
        Assert.Equal(TimeSpan.FromSeconds(10), settings!.Period);
        Assert.Equal(TimeSpan.FromSeconds(1), settings.Timeout);
        Assert.Equal((1, 1), (settings.SuccessThreshold, settings.FailureThreshold));
    }

    [Fact]
    public void A_machine_that_is_known_has_an_entry_of_its_own_whoever_had_its_address_before()
    {
        var entry = WorkloadEntryBuilder.Build(Groups.Billing, Groups.Vm with { Id = "i-0123456789abcdef0", IsLeased = true }, Joined);

        Assert.Equal("legacy-billing-127.30.1.10-vpc-legacy-i-0123456789abcdef0", entry.Metadata.Name);
        Assert.Equal("i-0123456789abcdef0", entry.Metadata.Annotations["mesh-agent/instance"]);
        Assert.Equal("true", entry.Metadata.Annotations["mesh-agent/leased"]);
    }

    [Theory]
    [InlineData("2001:db8::1")]
    [InlineData("10.0.0.1")]
    [InlineData("fe80::")]
    public void The_name_of_a_known_machine_is_one_that_kubernetes_takes_however_long_the_group_is(string address)
    {
        for (var length = 1; length < 260; length++)
        {
            var name = WorkloadEntryBuilder.Name(new string('g', length) + "-x", Groups.Vm with { Address = address, Id = "i-0123456789abcdef0" });
            Assert.InRange(name.Length, 1, 253);
            Assert.Matches("^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", name);
            Assert.EndsWith("-i-0123456789abcdef0", name, StringComparison.Ordinal);
        }
    }
}
