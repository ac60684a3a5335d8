namespace Mesh.LocalMesh;

/// <summary>Where things lie: the repository with its build output, and the state folder <c>.mesh/</c>.</summary>
internal sealed class Layout
{
    private readonly string configuration;

    public Layout(string root, string configuration, string state = ".mesh")
    {
        Root = root;
        this.configuration = configuration;
        State = Path.GetFullPath(state, root);
    }

    public string Root { get; }
    public string State { get; }
    public string Config => Path.Combine(State, "config");
    public string Logs => Path.Combine(State, "logs");
    public string Run => Path.Combine(State, "run");
    public string Tokens => Path.Combine(State, "tokens");
    public string CertificateAuthority => Path.Combine(State, "ca");
    public string Edge => Path.Combine(State, "edge");
    /// <summary>Of the API servers that are started with the mesh.</summary>
    public string Kubeconfig => Path.Combine(State, "kubeconfig");
    public string Store => Path.Combine(State, "payments.db");
    public string AcquirerLog => Path.Combine(State, "acquirer.jsonl");
    public string Manifests => Path.Combine(Root, "manifests");
    public string Overlay => Path.Combine(Root, "samples", "local-mesh", "overlay");
    public string OverlayOfPods => Overlay + "-pods";
    public string OverlayOfApiServers => Overlay + "-api-server";

    /// <summary>The same checkout with a state folder of its own below <c>.mesh/</c>, so that two meshes keep apart.</summary>
    public Layout WithState(string name) => new(Root, configuration, Path.Combine(State, name));

    /// <summary>
    /// The folder named by MESH_ROOT, else the nearest folder above that holds Mesh.sln. The state is in <c>.mesh/</c> there, or where MESH_STATE says.
    /// </summary>
    /// <exception cref="LocalMeshException">There is none.</exception>
    public static Layout Find()
    {
        var configuration = Environment.GetEnvironmentVariable("MESH_CONFIGURATION") is { Length: > 0 } name
            ? name
            : "Release";
        var state = Environment.GetEnvironmentVariable("MESH_STATE") is { Length: > 0 } place ? place : ".mesh";
        if (Environment.GetEnvironmentVariable("MESH_ROOT") is { Length: > 0 } named)
            return new Layout(named, configuration, state);
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Mesh.sln"))) return new Layout(folder.FullName, configuration, state);
        }

        throw new LocalMeshException("Mesh.sln was not found above this program; start it with ./mesh up.");
    }

    /// <exception cref="LocalMeshException">The binary has not been built.</exception>
    public string Binary(string project, string name)
    {
        var path = Path.Combine(Root, project, "bin", configuration, "net10.0", name);
        return File.Exists(path)
            ? path
            : throw new LocalMeshException($"{path} does not exist; build it with ./mesh up or dotnet build.");
    }

    /// <summary>Everything of an earlier run goes, but for the CA: its root stays the same between runs.</summary>
    public void Reset()
    {
        foreach (var folder in new[] { Config, Logs, Run, Tokens, Edge })
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            Directory.CreateDirectory(folder);
        }

        Directory.CreateDirectory(CertificateAuthority);
        foreach (var kept in new[] { Store, AcquirerLog, Kubeconfig })
        {
            foreach (var file in Directory.EnumerateFiles(State, Path.GetFileName(kept) + "*")) File.Delete(file);
        }
    }
}
