namespace Mesh.LocalMesh;

/// <summary>Options of <c>./mesh up</c>.</summary>
internal sealed record UpOptions
{
    private const string Known = "--once, --detach, --no-traffic, --kubeconfig FILE, --fake-kube";

    public bool Once { get; private init; }
    public bool Detach { get; private init; }
    public bool NoTraffic { get; private init; }

    /// <summary>Absolute path; null: configuration comes from folders, or from API servers of our own.</summary>
    public string? Kubeconfig { get; private init; }

    public bool FakeKube { get; private init; }

    /// <param name="folder">What a relative file is relative to.</param>
    /// <returns>The options, or why they are refused.</returns>
    public static (UpOptions Options, string? Refusal) Parse(IReadOnlyList<string> words, string folder)
    {
        var options = new UpOptions();
        for (var at = 0; at < words.Count; at++)
        {
            switch (words[at])
            {
                case "--once": options = options with { Once = true }; break;
                case "--detach": options = options with { Detach = true }; break;
                case "--no-traffic": options = options with { NoTraffic = true }; break;
                case "--fake-kube": options = options with { FakeKube = true }; break;
                case "--kubeconfig" when at + 1 < words.Count && words[at + 1].Length > 0:
                    options = options with { Kubeconfig = Path.GetFullPath(words[++at], folder) };
                    break;
                case "--kubeconfig": return (options, "--kubeconfig needs a file");
                default: return (options, $"there is no option {words[at]}; known are {Known}");
            }
        }

        return (options, options is { FakeKube: true, Kubeconfig: not null }
            ? "--kubeconfig and --fake-kube exclude each other: the one names API servers, the other starts some"
            : null);
    }
}
