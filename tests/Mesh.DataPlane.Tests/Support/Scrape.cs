using System.Globalization;
using System.Text.RegularExpressions;

namespace Mesh.DataPlane.Tests.Support;

/// <summary>A page of metrics, read as strictly as Prometheus does: every sample belongs to a family that was announced, and none comes twice.</summary>
public sealed partial class Scrape
{
    private readonly List<Sample> samples = [];
    private readonly Dictionary<string, string> types = [];

    public IReadOnlyList<Sample> Samples => samples;

    public static Scrape Parse(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var scrape = new Scrape();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var current = "";
        foreach (var line in text.Split('\n')[..^1])
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal)) continue;
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var words = line.Split(' ');
                Assert.Equal(4, words.Length);
                Assert.True(scrape.types.TryAdd(words[2], words[3]), $"family {words[2]} begins twice");
                Assert.Contains(words[3], (string[])["counter", "gauge", "histogram"]);
                current = words[2];
                continue;
            }

            var match = SampleLine().Match(line);
            Assert.True(match.Success, $"not a sample: {line}");
            var name = match.Groups["name"].Value;
            var isPart = scrape.types.GetValueOrDefault(current) == "histogram" && name.StartsWith(current + "_", StringComparison.Ordinal);
            Assert.True(name == current || isPart, $"{name} does not belong to family {current}");
            Assert.True(seen.Add(line[..line.LastIndexOf(' ')]), $"comes twice: {line}");
            var labels = LabelPair().Matches(match.Groups["labels"].Value)
                .ToDictionary(pair => pair.Groups["name"].Value, pair => Unescape(pair.Groups["value"].Value), StringComparer.Ordinal);
            scrape.samples.Add(new Sample(name, labels, double.Parse(match.Groups["value"].Value.Replace("+Inf", "∞", StringComparison.Ordinal), CultureInfo.InvariantCulture)));
        }

        return scrape;
    }

    /// <summary>Null when there is none, or several.</summary>
    public Sample? Find(string name, params (string Name, string Value)[] labels)
    {
        var found = All(name, labels);
        return found.Count == 1 ? found[0] : null;
    }

    public IReadOnlyList<Sample> All(string name, params (string Name, string Value)[] labels) =>
        [.. samples.Where(sample => sample.Name == name
            && labels.All(label => sample.Labels.TryGetValue(label.Name, out var value) && value == label.Value))];

    private static string Unescape(string value) =>
        value.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\\"", "\"", StringComparison.Ordinal).Replace(@"\\", @"\", StringComparison.Ordinal);

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>([a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*",?)*)\})? (?<value>[0-9.eE+-]+|\+Inf)$""")]
    private static partial Regex SampleLine();

    [GeneratedRegex("""(?<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>([^"\\\n]|\\["\\n])*)",?""")]
    private static partial Regex LabelPair();

    public sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);
}
