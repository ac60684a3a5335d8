using System.Text.Json;
using Mesh.Config.Resources;
using Mesh.DataPlane.Tests.Support;
using Mesh.Gateway.Tests.Support;

namespace Mesh.Gateway.Tests.Fields;

/// <summary>The README says what becomes of each field, and this says whether that is so.</summary>
public sealed class FieldTableTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Kinds =>
        FieldTable.Kinds.Select(kind => new TheoryDataRow<string, string>(kind.Kind, kind.Group));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_field_of_a_kind_stands_in_the_table_once(string kind, string group)
    {
        var told = FieldTable.Of(kind, group)
            .SelectMany(row => row.Fields.Select(field => $"{row.Message}.{field}")).Order(StringComparer.Ordinal);
        var known = ResourceFields.Of(group, kind).Select(field => $"{field.Message}.{field.Field}").Order(StringComparer.Ordinal);
        Assert.Equal(known, told);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_honoured_is_shown_by_tests_that_exist(string kind, string group)
    {
        var classes = Directory.EnumerateFiles(Path.Combine(FieldTable.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .Select(Path.GetFileNameWithoutExtension).ToHashSet();
        foreach (var row in FieldTable.Of(kind, group))
        {
            Assert.True(row.Honoured.Length == 0 || row.ShownBy.Length > 0, $"{row.Message}: nothing shows what is honoured");
            foreach (var name in row.ShownBy) Assert.True(classes.Contains(name), $"{row.Message}: there is no {name}");
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task What_is_refused_is_named_by_a_diagnostic_of_the_gateway()
    {
        var refused = FieldTable.Kinds.SelectMany(kind => FieldTable.Of(kind.Kind, kind.Group)
            .SelectMany(row => row.Refused.Select(field => (Prefix: $"{kind.Kind}/{kind.Group}/{row.Message}", Field: field))));
        var samples = refused.Select(entry => (
            Name: $"{entry.Prefix}.{entry.Field}",
            Sample: RefusedFields.All.GetValueOrDefault($"{entry.Prefix}.{entry.Field}") ?? RefusedFields.All.GetValueOrDefault($"{entry.Prefix}.*"))).ToArray();
        Assert.Empty(samples.Where(entry => entry.Sample is null).Select(entry => entry.Name));

        await using var gateway = new TestGateway(new TestPki());
        gateway.WriteConfig("gateways.yaml", MeshYamlText.Gateways(gateway));
        gateway.WriteConfig("refused.yaml", string.Join("\n---\n", RefusedFields.All.Values.Distinct().Select(sample => sample.Yaml)));
        await gateway.StartAsync();
        await gateway.ReadyAsync();
        using var http = new HttpClient();
        string[] missing = [];
        await Eventually.TrueAsync(
            async () =>
            {
                using var document = JsonDocument.Parse(await http.GetStringAsync(
                    new Uri($"http://127.0.0.1:{gateway.AdminPort}/snapshot"), TestContext.Current.CancellationToken));
                var told = document.RootElement.GetProperty("diagnostics").EnumerateArray().Select(text => text.GetString()!).ToArray();
                missing =
                [
                    .. samples.Where(entry => !told.Any(text =>
                            text.Contains($"[{entry.Sample!.Subject}]", StringComparison.Ordinal)
                            && text.Contains(entry.Sample.Says, StringComparison.Ordinal)))
                        .Select(entry => $"{entry.Name}: no \"{entry.Sample!.Says}\" among\n    {string.Join("\n    ", told.Where(text => text.Contains(entry.Sample.Subject + "]", StringComparison.Ordinal)))}"),
                ];
                return missing.Length == 0;
            },
            () => $"diagnostics of\n{string.Join("\n", missing)}");
    }

    [Fact]
    public void No_sample_stands_for_a_field_that_is_not_refused()
    {
        var refused = FieldTable.Kinds.SelectMany(kind => FieldTable.Of(kind.Kind, kind.Group)
            .SelectMany(row => row.Refused.Append("*").Select(field => $"{kind.Kind}/{kind.Group}/{row.Message}.{field}"))).ToHashSet();
        Assert.DoesNotContain(RefusedFields.All.Keys, key => !refused.Contains(key));
    }
}
