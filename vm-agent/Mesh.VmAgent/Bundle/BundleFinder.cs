using Mesh.Hosting.Settings;

namespace Mesh.VmAgent.Bundle;

/// <summary>Finds the bundle that the agent starts from, if there is one, and reads it.</summary>
/// <param name="root">The machine's <c>/</c>.</param>
internal sealed class BundleFinder(string root)
{
    /// <summary>
    /// With <paramref name="folder"/> the five files and <c>agent.yaml</c> in it; otherwise Istio's places and <c>/etc/mesh-agent/agent.yaml</c>,
    /// unless an <paramref name="identity"/> was given: who says that says all. An <c>agent.yaml</c> with <c>identity</c> needs no bundle beside it.
    /// </summary>
    /// <returns>Values by the names of settings; <c>agent.yaml</c> wins over what Istio says.</returns>
    public Dictionary<string, FoundValue> Find(
        string? folder, string? identity, IReadOnlyList<Setting> settings, IReadOnlyDictionary<string, string> environment)
    {
        if (folder is null && identity is not null) return [];
        if (folder is not null && !Directory.Exists(folder))
            throw new SettingsException($"--bundle: there is no folder {folder}; write it with: istioctl x workload entry configure -o {folder}");
        var places = folder is null ? BundlePlaces.Istio(root, environment) : BundlePlaces.Folder(folder);
        var agent = BundleText.Read(places.AgentFile) is { } text ? AgentFile.Read(text, places.AgentFile, settings) : null;
        var isAlone = !File.Exists(places.ClusterEnv) && agent?.ContainsKey("identity") == true;
        if (folder is null && !isAlone && !File.Exists(places.ClusterEnv)) return agent ?? [];

        var found = isAlone ? BundleSettings.OfThisMachine() : BundleSettings.Of(IstioBundle.Read(places, environment, required: folder is not null));
        found["state"] = new FoundValue([Path.Combine(root, "var/lib/mesh-agent")], "default with a bundle");
        foreach (var (name, value) in agent ?? []) found[name] = value;
        return found;
    }
}
