using System.Diagnostics;
using System.Globalization;

namespace Mesh.Config.Tests.Sources;

/// <summary>
/// A folder to which random things happen, as editors, version control and kubelets do them, and what must come of them: by a rule of its
/// own, much simpler than the source's.
/// </summary>
internal sealed class RandomFolder(string root, Random random)
{
    private static readonly string[] _files = ["a.yaml", "b.yaml", "c.yml", "deep/a.yaml", "deep/b.yaml", "deep/er/a.yaml", "other/a.yaml"];
    private static readonly string[] _mounted = ["m1.yaml", "m2.yaml"];

    // Ports of the Services of each file by name; what a broken file had before it broke.
    private readonly SortedDictionary<string, Dictionary<string, int>> _expected = new(StringComparer.Ordinal);
    private readonly HashSet<string> _broken = new(StringComparer.Ordinal);
    private int _version;

    /// <summary>Services in force as <c>name:port path</c>, ordered.</summary>
    public IEnumerable<string> Services =>
        _expected.SelectMany(file => file.Value.Select(service => (service.Key, Text: $"{service.Key}:{service.Value} {PathOf(file.Key)}")))
            .GroupBy(entry => entry.Key, entry => entry.Text, StringComparer.Ordinal)
            .Select(group => group.First())
            .Order(StringComparer.Ordinal);

    public int Duplicates => _expected.Values.Sum(services => services.Count) - _expected.Values.SelectMany(services => services.Keys).Distinct().Count();

    public int Broken => _broken.Count;

    /// <summary>Does one thing and says what.</summary>
    public string Step()
    {
        var file = _files[random.Next(_files.Length)];
        var what = random.Next(14);
        // Only what is there can break or go.
        if (what is 6 or 7 && !_expected.ContainsKey(file)) what = 0;
        switch (what)
        {
            case < 3:
                Take(file, Write(file));
                return $"{file} written in place";
            case < 6:
                Replace(file);
                return $"{file} replaced by renaming";
            case < 7:
                File.AppendAllText(PathOf(file), "---\napiVersion: v1\nkind: [Serv");
                _broken.Add(file);
                return $"{file} broken";
            case < 8:
                File.Delete(PathOf(file));
                Forget(file);
                return $"{file} deleted";
            case < 10:
                return Move(file, _files[random.Next(_files.Length)]);
            case < 11:
                File.WriteAllText(PathOf(".a.yaml.swp"), "no: [yaml");
                File.WriteAllText(PathOf("a.yaml~"), Text(new Dictionary<string, int> { ["backup"] = 1 }));
                Take(file, Write(file));
                return $"an editor's files, and {file} written";
            case < 12:
                return DeleteFolder();
            default:
                Mount();
                return "mounted files swapped";
        }
    }

    /// <summary>Whatever is broken is written anew.</summary>
    public void Mend()
    {
        foreach (var file in _broken.ToArray()) Take(file, Write(file));
    }

    private string PathOf(string file) => Path.Combine(root, file);

    private Dictionary<string, int> Draw()
    {
        var services = new Dictionary<string, int>();
        for (var i = random.Next(1, 4); i > 0; i--) services[$"s{random.Next(6)}"] = ++_version;
        return services;
    }

    private Dictionary<string, int> Write(string file)
    {
        var services = Draw();
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(file))!);
        File.WriteAllText(PathOf(file), Text(services));
        return services;
    }

    private void Replace(string file)
    {
        var services = Draw();
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(file))!);
        File.WriteAllText(PathOf(file) + ".tmp", Text(services));
        File.Move(PathOf(file) + ".tmp", PathOf(file), overwrite: true);
        Take(file, services);
    }

    private string Move(string from, string to)
    {
        if (!_expected.TryGetValue(from, out var services) || from == to || _broken.Contains(from) || _broken.Contains(to))
        {
            Replace(from);
            _broken.Remove(from);
            return $"{from} replaced by renaming";
        }

        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(to))!);
        File.Move(PathOf(from), PathOf(to), overwrite: true);
        Forget(from);
        Take(to, services);
        return $"{from} moved to {to}";
    }

    private string DeleteFolder()
    {
        var folder = random.Next(2) == 0 ? "deep" : "other";
        if (!Directory.Exists(PathOf(folder))) return "nothing";
        if (random.Next(2) == 0)
        {
            Directory.Delete(PathOf(folder), recursive: true);
        }
        else
        {
            // Out of sight, as a checkout of another branch does with what it replaces.
            Directory.Move(PathOf(folder), PathOf($".old{++_version}"));
        }

        foreach (var file in _expected.Keys.Where(file => file.StartsWith(folder + "/", StringComparison.Ordinal)).ToArray()) Forget(file);
        return $"folder {folder} gone";
    }

    /// <summary>As a kubelet updates a ConfigMap: a new folder, and one link swapped for another.</summary>
    private void Mount()
    {
        var folder = $"..v{++_version}";
        Directory.CreateDirectory(PathOf(folder));
        foreach (var file in _mounted)
        {
            var services = Draw();
            File.WriteAllText(Path.Combine(PathOf(folder), file), Text(services));
            Take(file, services);
        }

        File.CreateSymbolicLink(PathOf("..data_tmp"), folder);
        // Over the old link at once, which File.Move does not do with links to folders.
        using (var move = Process.Start("mv", ["-T", PathOf("..data_tmp"), PathOf("..data")])) move.WaitForExit();
        foreach (var file in _mounted)
            if (!File.Exists(PathOf(file)))
                File.CreateSymbolicLink(PathOf(file), Path.Combine("..data", file));
    }

    private void Take(string file, Dictionary<string, int> services)
    {
        _expected[file] = services;
        _broken.Remove(file);
    }

    private void Forget(string file)
    {
        _expected.Remove(file);
        _broken.Remove(file);
    }

    private static string Text(Dictionary<string, int> services) => string.Join("---\n", services.Select(pair => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        apiVersion: v1
        kind: Service
        metadata: {name: {{pair.Key}}, namespace: prod}
        spec: {ports: [{port: {{pair.Value}}}]}

        """)));
}
