namespace Mesh.Bench.Gateway;

/// <summary>What the command line asks for.</summary>
/// <param name="Json">File for the results.</param>
/// <param name="Cases">Names; all when empty.</param>
/// <param name="Peers">Names; all when empty.</param>
internal sealed record BenchOptions(bool Quick, string? Json, string[] Cases, string[] Peers)
{
    public static BenchOptions Parse(string[] options) => new(
        options.Contains("--quick"), Value(options, "--json"), List(options, "--case"), List(options, "--peers"));

    public bool Wants(string peer) => Peers.Length == 0 || Peers.Contains(peer);

    public bool WantsCase(string name) => Cases.Length == 0 || Cases.Contains(name);

    private static string[] List(string[] options, string name) => Value(options, name)?.Split(',') ?? [];

    private static string? Value(string[] options, string name) =>
        Array.IndexOf(options, name) is >= 0 and var at && at + 1 < options.Length ? options[at + 1] : null;
}
