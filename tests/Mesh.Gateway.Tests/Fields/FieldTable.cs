namespace Mesh.Gateway.Tests.Fields;

/// <summary>One kind's table of fields in the README, read as an operator reads it.</summary>
internal static class FieldTable
{
    /// <summary>The kinds that have a table.</summary>
    public static IReadOnlyList<(string Kind, string Group)> Kinds { get; } =
    [
        ("Gateway", "networking.istio.io"),
        ("VirtualService", "networking.istio.io"),
        ("DestinationRule", "networking.istio.io"),
        ("ServiceEntry", "networking.istio.io"),
        ("Gateway", "gateway.networking.k8s.io"),
        ("HTTPRoute", "gateway.networking.k8s.io"),
        ("GRPCRoute", "gateway.networking.k8s.io"),
        ("TLSRoute", "gateway.networking.k8s.io"),
    ];

    public static string Root { get; } = FindRoot();

    /// <exception cref="InvalidDataException">There is no table, or a row has not five cells.</exception>
    public static IReadOnlyList<Row> Of(string kind, string group)
    {
        var heading = $"### Fields of {kind} ({group})";
        var lines = File.ReadAllLines(Path.Combine(Root, "gateway", "README.md"));
        var start = Array.IndexOf(lines, heading);
        if (start < 0) throw new InvalidDataException($"gateway/README.md has no \"{heading}\"");
        return
        [
            .. lines.Skip(start + 1)
                .TakeWhile(line => !line.StartsWith('#'))
                .Where(line => line.StartsWith('|'))
                .Skip(2)
                .Select(Read),
        ];
    }

    private static Row Read(string line)
    {
        var cells = line.Trim('|', ' ').Length == 0 ? [] : line.Split('|')[1..^1].Select(cell => cell.Trim()).ToArray();
        if (cells.Length != 5) throw new InvalidDataException($"a row of the field table has {cells.Length} cells: {line}");
        return new Row(cells[0], List(cells[1]), List(cells[2]), List(cells[3]), List(cells[4]));
    }

    private static string[] List(string cell) => cell.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Mesh.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("Mesh.sln is in none of the folders above the tests");
        return folder;
    }

    /// <param name="ShownBy">Names of test classes.</param>
    public sealed record Row(string Message, string[] Honoured, string[] Refused, string[] Ignored, string[] ShownBy)
    {
        public IEnumerable<string> Fields => Honoured.Concat(Refused).Concat(Ignored);
    }
}
