using System.Net;
using Mesh.Config.Model;
using Mesh.DataPlane.Identity;
using Mesh.VmAgent.Bootstrap;

namespace Mesh.VmAgent.Tests.Bundle;

/// <summary>What an administrator copies to a machine decides what the agent does there.</summary>
public sealed class BundleTests
{
    private const string Special = "'\"\\{}[]:,=$\n\t &*!|>%@`#-";

    private static readonly Dictionary<string, string> None = [];

    [Fact]
    public void A_bundle_of_one_folder_is_all_that_the_agent_needs_besides_its_own_file()
    {
        using var folder = new TemporaryFolder();
        SampleBundle.Write(folder.Path);

        var settings = ReadSettings.From("/nonexistent", None, "--bundle", folder.Path);

        Assert.Equal(("prod", "echo", "c1", "n1"), (settings.Namespace, settings.ServiceAccount, settings.Cluster, settings.Network));
        Assert.Equal(Locality.Parse("r1/z1"), settings.Locality);
        Assert.Equal("echo", settings.Labels["app"]);
        Assert.Equal(new DnsEndPoint("istiod.istio-system.svc", 15012), settings.Identity.Authority);
        Assert.Equal(settings.Identity.Authority, settings.DiscoveryAddress);
        Assert.Equal("istiod.istio-system.svc", settings.CaServerName);
        Assert.Equal((folder["root-cert.pem"], folder["istio-token"], folder["hosts"]), (settings.CaRoot, settings.CaToken, settings.HostsFile));
        Assert.Equal(new WorkloadGroupName("prod", "echo"), settings.WorkloadGroup);
        Assert.Equal(IPAddress.Loopback, settings.WorkloadAddress);
        Assert.Equal((9080, 5), (settings.Probe!.HttpGet!.Port, settings.Probe.PeriodSeconds));
        Assert.Equal("/etc/mesh", Assert.Single(settings.Sources).Folder);
        Assert.EndsWith("var/lib/mesh-agent", settings.StateFolder, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "istiod")]
    [InlineData("register: istiod:istiod.example.com:15012", "istiod:istiod.example.com:15012")]
    [InlineData("register: file:/registry", "file:/registry")]
    [InlineData("register: none", null)]
    public void A_bundle_that_names_a_group_registers_with_istiod_unless_told_otherwise(string? more, string? place)
    {
        using var folder = new TemporaryFolder();
        SampleBundle.Write(folder.Path);
        File.AppendAllText(folder["agent.yaml"], more);

        Assert.Equal(place, ReadSettings.From("/nonexistent", None, "--bundle", folder.Path).Register?.ToString());

        File.WriteAllText(folder["cluster.env"], SampleBundle.ClusterEnv.Replace("ISTIO_META_AUTO_REGISTER_GROUP='echo'\n", "", StringComparison.Ordinal));
        if (more is null) Assert.Null(ReadSettings.From("/nonexistent", None, "--bundle", folder.Path).Register);
    }

    [Fact]
    public void Without_a_folder_the_files_are_found_where_istios_package_has_them()
    {
        using var root = new TemporaryFolder();
        SampleBundle.WriteIstioPlaces(root.Path);

        var settings = ReadSettings.From(root.Path, None);

        Assert.Equal(("prod", "echo", "c1"), (settings.Namespace, settings.ServiceAccount, settings.Cluster));
        Assert.Equal(root["var/run/secrets/tokens/istio-token"], settings.CaToken);
        Assert.Equal(root["etc/certs/root-cert.pem"], settings.CaRoot);
        Assert.Equal(root["var/lib/mesh-agent"], settings.StateFolder);
    }

    [Fact]
    public void Variables_move_the_files_as_they_do_for_istio()
    {
        using var root = new TemporaryFolder();
        SampleBundle.WriteIstioPlaces(root.Path);
        File.Delete(root["var/lib/istio/envoy/cluster.env"]);
        File.Delete(root["etc/certs/root-cert.pem"]);
        SampleBundle.Place(root.Path, "opt/certs/root-cert.pem", SampleBundle.Root);
        var environment = new Dictionary<string, string>
        {
            ["ISTIO_CLUSTER_CONFIG"] = SampleBundle.Place(root.Path, "opt/cluster.env", SampleBundle.ClusterEnv),
            ["ISTIO_SIDECAR_CONFIG"] = SampleBundle.Place(root.Path, "opt/sidecar.env", "SECRET_TTL=2h\n"),
            ["PROV_CERT"] = "./opt/certs",
        };

        // The variable itself must name the file; the finder looks at it, too.
        var settings = ReadSettings.From(root.Path, environment);

        Assert.Equal(TimeSpan.FromHours(2), settings.CertificateTtl);
        Assert.Equal(root["opt/certs/root-cert.pem"], settings.CaRoot);
        Assert.Equal("echo", settings.ServiceAccount);
    }

    [Fact]
    public void Each_place_wins_over_the_one_before()
    {
        using var root = new TemporaryFolder();
        SampleBundle.WriteIstioPlaces(root.Path);
        var environment = new Dictionary<string, string>();
        (int Metrics, IPEndPoint Admin, string Network, string Discovery) Now(params string[] options)
        {
            var settings = ReadSettings.From(root.Path, environment, options);
            return (settings.MetricsPort, settings.Admin, settings.Network, settings.DiscoveryAddress!.Host);
        }

        SampleBundle.Place(root.Path, "var/lib/istio/envoy/cluster.env", SampleBundle.ClusterEnv.Replace("ISTIO_META_NETWORK='n1'\n", "", StringComparison.Ordinal));
        Assert.Equal((15020, IPEndPoint.Parse("127.0.0.1:15000"), "", "istiod.istio-system.svc"), Now());

        SampleBundle.Place(root.Path, "etc/istio/config/mesh", """
            defaultConfig: {discoveryAddress: "mesh.svc:1", statusPort: 1001, proxyAdminPort: 2001, proxyMetadata: {ISTIO_META_NETWORK: of-mesh}}
            """);
        Assert.Equal((1001, IPEndPoint.Parse("127.0.0.1:2001"), "of-mesh", "mesh.svc"), Now());

        environment["PROXY_CONFIG"] = "{discoveryAddress: 'config.svc:1', statusPort: 1002, proxyMetadata: {ISTIO_META_NETWORK: of-config}}";
        Assert.Equal((1002, IPEndPoint.Parse("127.0.0.1:2001"), "of-config", "config.svc"), Now());

        SampleBundle.Place(
            root.Path, "etc/istio/pod/annotations",
            "proxy.istio.io/config=\"discoveryAddress: annotated.svc:1\\nproxyMetadata:\\n  ISTIO_META_NETWORK: of-annotation\\n\"\n"
            + "status.sidecar.istio.io/port=\"1003\"\nother=\"\\u00fc\"\n");
        Assert.Equal((1003, IPEndPoint.Parse("127.0.0.1:2001"), "of-annotation", "annotated.svc"), Now());

        environment["ISTIO_META_NETWORK"] = "of-variable";
        Assert.Equal("of-variable", Now().Network);
        SampleBundle.Place(root.Path, "etc/mesh-agent/agent.yaml", "source: file:/etc/mesh@c1\nnetwork: of-agent-file\n");
        Assert.Equal("of-agent-file", Now().Network);
        environment["MESH_AGENT_NETWORK"] = "of-our-variable";
        Assert.Equal("of-our-variable", Now().Network);
        Assert.Equal("of-option", Now("--network", "of-option").Network);
    }

    [Fact]
    public void A_variable_of_cluster_env_wins_over_the_one_of_the_process_as_in_the_start_script()
    {
        using var folder = new TemporaryFolder();
        SampleBundle.Write(folder.Path);

        var settings = ReadSettings.From("/", new Dictionary<string, string> { ["ISTIO_META_NETWORK"] = "inherited" }, "--bundle", folder.Path);

        Assert.Equal("n1", settings.Network);
    }

    [Fact]
    public void What_is_given_with_an_identity_is_all_there_is()
    {
        using var root = new TemporaryFolder();
        SampleBundle.WriteIstioPlaces(root.Path);

        var (exitCode, _, error) = ReadSettings.Outcome(root.Path, None, "--identity", "files:/x");

        Assert.Equal(64, exitCode);
        Assert.Contains("--cluster CLUSTER is required", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CA_ADDR=istiod-canary.istio-system.svc:15012", "istiod-canary.istio-system.svc", "istiod-canary.istio-system.svc")]
    [InlineData("CA_ADDR=abc.elb.us-east-1.amazonaws.com:15012", "abc.elb.us-east-1.amazonaws.com", "istiod.istio-system.svc")]
    [InlineData("CA_ADDR=198.51.100.10:15012 ISTIOD_SAN=istiod-x.mesh.svc", "198.51.100.10", "istiod-x.mesh.svc")]
    [InlineData("PILOT_ADDRESS=pilot.mesh.svc:15012", "pilot.mesh.svc", "pilot.mesh.svc")]
    [InlineData("ISTIO_SYSTEM_NAMESPACE=mesh", "istiod.mesh.svc", "istiod.mesh.svc")]
    [InlineData("CA_ADDR='[fd00::1]:15012'", "fd00::1", "istiod.istio-system.svc")]
    public void The_ca_is_where_istios_agent_would_look_and_its_name_is_one_its_certificate_has(string variables, string host, string serverName)
    {
        using var folder = new TemporaryFolder();
        SampleBundle.Write(folder.Path);
        File.AppendAllText(folder["cluster.env"], variables + "\n");

        var settings = ReadSettings.From("/", None, "--bundle", folder.Path);

        Assert.Equal((host, 15012, serverName), (settings.Identity.Authority!.Host, settings.Identity.Authority.Port, settings.CaServerName));
    }

    [Theory]
    [InlineData("", WorkloadKeyKind.EcdsaP256)]
    [InlineData("ECC_SIGNATURE_ALGORITHM=ECDSA", WorkloadKeyKind.EcdsaP256)]
    [InlineData("ECC_SIGNATURE_ALGORITHM=ECDSA ECC_CURVE=P384", WorkloadKeyKind.EcdsaP384)]
    [InlineData("WORKLOAD_RSA_KEY_SIZE=4096", WorkloadKeyKind.Rsa4096)]
    public void Kind_of_key_and_life_of_certificates_are_istios_variables(string variables, WorkloadKeyKind kind)
    {
        using var folder = new TemporaryFolder();
        SampleBundle.Write(folder.Path);
        File.AppendAllText(folder["cluster.env"], $"{variables}\nSECRET_TTL=1h30m SECRET_GRACE_PERIOD_RATIO=0.2 SECRET_GRACE_PERIOD_RATIO_JITTER=0.05\n");

        var settings = ReadSettings.From("/", None, "--bundle", folder.Path);

        Assert.Equal((kind, TimeSpan.FromMinutes(90), 0.2, 0.05), (settings.KeyKind, settings.CertificateTtl, settings.GraceRatio, settings.GraceJitter));
    }

    [Fact]
    public void An_address_of_a_nat_is_announced_and_the_machines_own_is_listened_on()
    {
        using var folder = new TemporaryFolder();
        SampleBundle.Write(folder.Path);
        File.AppendAllText(folder["cluster.env"], "ISTIO_SVC_IP=192.0.2.77 REWRITE_PROBE_LEGACY_LOCALHOST_DESTINATION=true\n");

        var settings = ReadSettings.From("/", None, "--bundle", folder.Path, "--listen-address", "127.0.0.5");

        Assert.Equal(IPAddress.Parse("192.0.2.77"), settings.WorkloadAddress);
        Assert.Equal(IPAddress.Parse("127.0.0.5"), settings.OwnAddress);
        Assert.Equal(IPAddress.Loopback, settings.AppAddress);
    }

    [Fact]
    public void Print_config_says_of_every_value_where_it_stands()
    {
        using var folder = new TemporaryFolder();
        SampleBundle.Write(folder.Path);

        var (exitCode, output, _) = ReadSettings.Outcome("/", None, "--bundle", folder.Path, "--network", "n2", "--print-config");

        Assert.Equal(0, exitCode);
        Assert.Contains($"\"cluster\": \"c1\", // {folder["cluster.env"]}:5 ISTIO_META_CLUSTER_ID", output, StringComparison.Ordinal);
        Assert.Contains("\"network\": \"n2\", // option --network", output, StringComparison.Ordinal);
        Assert.Contains($"// {folder["mesh.yaml"]}:2:21 discoveryAddress", output, StringComparison.Ordinal);
        Assert.Contains($"\"source\": [\"file:/etc/mesh@c1\"], // {folder["agent.yaml"]}:1:1 source", output, StringComparison.Ordinal);
        Assert.Contains("\"inbound-port\": \"15006\", // default", output, StringComparison.Ordinal);
        Assert.Contains("{\\\"httpGet\\\": {\\\"path\\\": \\\"/healthz\\\", \\\"port\\\": 9080}, \\\"periodSeconds\\\": 5}", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cluster.env", null, "cluster.env is missing; write it with: istioctl x workload entry configure -o")]
    [InlineData("root-cert.pem", null, "root-cert.pem is missing: without it istiod cannot be told from an impostor")]
    [InlineData("cluster.env", "ISTIO_METAJSON_LABELS='{app'\n", "cluster.env:1 ISTIO_METAJSON_LABELS: must be a JSON object of texts")]
    [InlineData("cluster.env", "ISTIO_METAJSON_LABELS='[1]'\n", "must be a JSON object of texts")]
    [InlineData("cluster.env", "A=1\nSECRET_TTL='a day'\n", "cluster.env:2 SECRET_TTL: 'a day' is not a duration")]
    [InlineData("cluster.env", "CA_ADDR=istiod:15010\n", "cluster.env:1 CA_ADDR: certificates are not given over the plain text port 15010; write port 15012")]
    [InlineData("cluster.env", "CA_ADDR=istiod\n", "cluster.env:1 CA_ADDR: 'istiod' has no port")]
    [InlineData("cluster.env", "ECC_SIGNATURE_ALGORITHM=RSA\n", "'RSA' is not known; write ECDSA or leave it out")]
    [InlineData("cluster.env", "ISTIO_SVC_IP=here\n", "cluster.env:1 ISTIO_SVC_IP: 'here' is not an IP address")]
    [InlineData("mesh.yaml", "defaultConfig: [", "not valid YAML")]
    [InlineData("mesh.yaml", "defaultConfig: x", "mesh.yaml:1:16: must be a map, a ProxyConfig")]
    [InlineData("mesh.yaml", "defaultConfig: {statusPort: many}", "statusPort: 'many' is not a number between 0 and 65535")]
    [InlineData("mesh.yaml", "defaultConfig: {proxyMetadata: {A: [1]}}", "mesh.yaml:1:36: proxyMetadata A must be a text")]
    [InlineData("mesh.yaml", "defaultConfig: {readinessProbe: {httpPut: {}}}", "readinessProbe: the probe cannot be used: ")]
    [InlineData("hosts", "istiod 1.2.3.4\n", "hosts:1: is not ADDRESS NAME")]
    [InlineData("agent.yaml", "source: file:/x@c\nsorce: y\n", "agent.yaml:2:1: unknown key sorce; did you mean source?")]
    [InlineData("agent.yaml", "outbound: {port: 1}", "agent.yaml:1:11: outbound must be a text, number or true/false")]
    [InlineData("agent.yaml", "outbound: here", "agent.yaml:1:1 outbound: 'here' has no port")]
    [InlineData("agent.yaml", "source:", "agent.yaml:1:1: source has no value")]
    [InlineData("agent.yaml", "- source", "agent.yaml:1:1: must be a map")]
    public void Wrong_input_is_refused_with_file_line_and_remedy(string file, string? text, string message)
    {
        using var folder = new TemporaryFolder();
        SampleBundle.Write(folder.Path);
        if (text is null) File.Delete(folder[file]);
        else File.WriteAllText(folder[file], text);

        var (exitCode, _, error) = ReadSettings.Outcome("/", None, "--bundle", folder.Path);

        Assert.Equal(64, exitCode);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void A_mangled_bundle_is_read_or_refused_and_never_more()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(20261122);
        string[] files = ["cluster.env", "mesh.yaml", "hosts", "agent.yaml", "root-cert.pem", "istio-token"];
        var refused = 0;
        for (var round = 0; round < 600; round++)
        {
            SampleBundle.Write(folder.Path);
            var file = folder[files[random.Next(files.Length)]];
            File.WriteAllBytes(file, Mangle(File.ReadAllBytes(file), random));

            var (exitCode, _, error) = ReadSettings.Outcome("/", None, "--bundle", folder.Path);

            Assert.True(exitCode is 0 or 64, $"round {round}: {exitCode}");
            Assert.Equal(exitCode == 64, error.Length > 0);
            if (exitCode == 64) refused++;
        }

        Assert.InRange(refused, 30, 570);
    }

    [Fact]
    public void Files_that_are_something_else_are_used_or_refused_with_their_name()
    {
        using var folder = new TemporaryFolder();
        string[] files = ["cluster.env", "mesh.yaml", "hosts", "agent.yaml", "root-cert.pem", "istio-token"];
        foreach (var file in files)
        {
            foreach (var (what, change) in OtherThings(folder, files.Where(other => other != file)))
            {
                if (Directory.Exists(folder["bundle"])) Directory.Delete(folder["bundle"], recursive: true);
                SampleBundle.Write(folder["bundle"]);
                var path = folder[$"bundle/{file}"];
                File.Delete(path);
                change(path);

                var (exitCode, _, error) = ReadSettings.Outcome("/nonexistent", None, "--bundle", folder["bundle"]);

                Assert.True(exitCode is 0 or 64, $"{file} {what}: {exitCode}");
                if (exitCode == 64) Assert.True(error.Contains(file, StringComparison.Ordinal) || error.Contains("--", StringComparison.Ordinal), $"{file} {what}: {error}");
                if (what is ("missing" or "a folder") && file is ("cluster.env" or "root-cert.pem")) Assert.True(exitCode == 64, $"{file} {what} is not there");
            }
        }
    }

    private static IEnumerable<(string What, Action<string> Make)> OtherThings(TemporaryFolder folder, IEnumerable<string> others)
    {
        var random = new Random(20261123);
        var binary = new byte[2000];
        random.NextBytes(binary);
        yield return ("missing", _ => { });
        yield return ("empty", path => File.WriteAllText(path, ""));
        yield return ("a folder", path => Directory.CreateDirectory(path));
        yield return ("a link to itself", path => File.CreateSymbolicLink(path, path));
        yield return ("a link to nowhere", path => File.CreateSymbolicLink(path, folder["nowhere"]));
        yield return ("a device without end", path => File.CreateSymbolicLink(path, "/dev/zero"));
        yield return ("binary", path => File.WriteAllBytes(path, binary));
        yield return ("huge", path => File.WriteAllText(path, new string('a', 2_000_000)));
        foreach (var other in others)
            yield return ($"the other file {other}", path => File.Copy(Path.Combine(Path.GetDirectoryName(path)!, other), path));
    }

    private static byte[] Mangle(byte[] bytes, Random random)
    {
        var list = bytes.ToList();
        for (var change = random.Next(1, 6); change > 0 && list.Count > 0; change--)
        {
            var at = random.Next(list.Count);
            switch (random.Next(5))
            {
                case 0:
                    list[at] = (byte)random.Next(256);
                    break;
                case 1:
                    list.RemoveAt(at);
                    break;
                case 2:
                    list.Insert(at, (byte)Special[random.Next(Special.Length)]);
                    break;
                case 3:
                    list.RemoveRange(at, random.Next(list.Count - at));
                    break;
                default:
                    list.InsertRange(at, list.GetRange(at, random.Next(list.Count - at)));
                    break;
            }
        }

        return [.. list];
    }
}
