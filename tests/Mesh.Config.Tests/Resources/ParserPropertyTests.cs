using System.Globalization;
using System.Text.RegularExpressions;
using Mesh.Config.Model;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Tests.Resources;

/// <summary>The small parsers, compared with an independent statement of the same rule over many seeded inputs.</summary>
public sealed partial class ParserPropertyTests
{
    private const int Rounds = 1500;

    [Fact]
    public void A_duration_is_the_sum_of_its_parts_in_whichever_units()
    {
        var random = new Random(1);
        for (var round = 0; round < Rounds; round++)
        {
            var (hours, minutes, seconds, milliseconds) = (random.Next(30), random.Next(100), random.Next(100), 1 + random.Next(5000));
            var text = string.Create(CultureInfo.InvariantCulture, $"{hours}h{minutes}m{seconds}.{round % 1000:000}s{milliseconds}ms");
            var expected = new TimeSpan(0, hours, minutes, seconds, milliseconds + round % 1000);

            Assert.Equal(expected, Timeout(text));
        }
    }

    [Fact]
    public void A_written_duration_reads_back_as_the_same()
    {
        var random = new Random(2);
        for (var round = 0; round < Rounds; round++)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"{1 + random.NextInt64(1L << random.Next(1, 40))}ms");
            var service = Read(text);

            var again = Assert.IsType<VirtualService>(Assert.Single(MeshYaml.Read(MeshYaml.Write(service!), "again.yaml").Objects));
            Assert.Equal(service!.Spec.Http[0].Timeout, again.Spec.Http[0].Timeout);
        }
    }

    [Fact]
    public void What_is_no_duration_is_refused()
    {
        var random = new Random(3);
        for (var round = 0; round < Rounds; round++)
        {
            var text = Pick(random, "0123456789.hmsuµn -+e", 1 + random.Next(8));
            if (GoDuration().IsMatch(text.Trim())) continue;

            Assert.Null(Read($"\"{text}\""));
        }
    }

    [Fact]
    public void A_host_name_is_accepted_exactly_when_its_labels_are_DNS_labels()
    {
        var random = new Random(4);
        var accepted = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var host = Pick(random, "aB1-.", 1 + random.Next(10));
            var expected = Fqdn().IsMatch(host) && !host.TrimEnd('.').Split('.')[^1].All(char.IsAsciiDigit);

            // Addresses of few parts, such as 1.1, are addresses to the framework; Istio refuses them as names too.
            if (System.Net.IPAddress.TryParse(host, out _)) continue;
            Assert.True(expected == Accepts("WorkloadEntry", $"{{network: n, address: \"{host}\"}}"), host);
            if (expected) accepted++;
        }

        Assert.True(accepted > 100, "the inputs are too bad to mean anything");
    }

    [Fact]
    public void A_label_key_is_accepted_exactly_when_prefix_and_name_are()
    {
        var random = new Random(5);
        var accepted = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var key = Pick(random, "aB1-._/", 1 + random.Next(8));
            var expected = LabelKey().IsMatch(key);

            Assert.True(expected == Accepts("WorkloadEntry", $"{{address: 10.0.0.1, labels: {{\"{key}\": v}}}}"), key);
            if (expected) accepted++;
        }

        Assert.True(accepted > 100, "the inputs are too bad to mean anything");
    }

    [Fact]
    public void A_server_name_tells_port_subset_and_host_even_of_a_host_with_separators()
    {
        var random = new Random(6);
        for (var round = 0; round < Rounds; round++)
        {
            var key = new UpstreamKey(
                "a" + Pick(random, "ab._", random.Next(12)), 1 + random.Next(65535), Pick(random, "v1-", random.Next(4)));

            Assert.True(UpstreamKey.TryParseSni(key.Sni, out var parsed), key.Sni);
            Assert.Equal(key, parsed);
        }
    }

    [Fact]
    public void Any_text_may_come_as_server_name()
    {
        var random = new Random(7);
        for (var round = 0; round < Rounds; round++)
        {
            var text = (round % 2 == 0 ? "outbound_." : "") + Pick(random, "outbd_.|80\0é", random.Next(20));

            if (UpstreamKey.TryParseSni(text, out var key)) Assert.StartsWith("outbound_.", key.Sni, StringComparison.Ordinal);
        }
    }

    private static string Pick(Random random, string alphabet, int length) =>
        string.Concat(Enumerable.Range(0, length).Select(_ => alphabet[random.Next(alphabet.Length)]));

    private static TimeSpan? Timeout(string duration) => Read(duration)?.Spec.Http[0].Timeout;

    private static VirtualService? Read(string duration) => MeshYaml.Read(
        $"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: a}}\nspec: {{http: [{{redirect: {{uri: /}}, timeout: {duration}}}]}}\n",
        "f.yaml").Objects.OfType<VirtualService>().SingleOrDefault();

    private static bool Accepts(string kind, string spec) => !MeshYaml.Read(
        $"apiVersion: networking.istio.io/v1\nkind: {kind}\nmetadata: {{name: a, namespace: b}}\nspec: {spec}\n", "f.yaml").HasErrors;

    [GeneratedRegex(@"\A([0-9]+(\.[0-9]*)?|\.[0-9]+)(h|m|s|ms|us|µs|ns)(([0-9]+(\.[0-9]*)?|\.[0-9]+)(h|m|s|ms|us|µs|ns))*\z|\A0\z")]
    private static partial Regex GoDuration();

    [GeneratedRegex(@"\A[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?)*\.?\z")]
    private static partial Regex Fqdn();

    [GeneratedRegex(@"\A([A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?\z")]
    private static partial Regex LabelKey();
}
