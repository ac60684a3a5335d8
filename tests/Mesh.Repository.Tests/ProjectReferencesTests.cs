using System.Xml.Linq;
using Xunit;

namespace Mesh.Repository.Tests;

/// <summary>Dependencies point one way only; ARCHITECTURE.md shows the picture.</summary>
public sealed class ProjectReferencesTests
{
    private static readonly string[] Common = ["Mesh.Hosting", "Mesh.Aws"];

    /// <summary>What each project may reference besides <see cref="Common"/>; one that is not here may not exist.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Mesh.Hosting"] = [],
        ["Mesh.Aws"] = [],
        ["Mesh.Config"] = [],
        ["Mesh.Istiod"] = ["Mesh.Config"],
        ["Mesh.Kubernetes"] = ["Mesh.Config"],
        ["Mesh.DataPlane"] = ["Mesh.Config"],
        ["Mesh.Gateway"] = ["Mesh.Config", "Mesh.Istiod", "Mesh.Kubernetes", "Mesh.DataPlane"],
        ["Mesh.VmAgent"] = ["Mesh.Config", "Mesh.Istiod", "Mesh.Kubernetes", "Mesh.DataPlane"],
        ["Meshctl"] = ["Mesh.Config", "Mesh.Istiod", "Mesh.Kubernetes"],
        ["Mesh.Payments"] = [],
        ["Mesh.LocalMesh"] = ["Mesh.Kubernetes"],
        ["LegacyBilling"] = [],
        ["SandboxAcquirer"] = [],
    };

    /// <summary>May not even reference <see cref="Common"/>: the model is pure, the legacy program knows nothing of the mesh.</summary>
    private static readonly string[] WithoutCommon = ["Mesh.Config", "LegacyBilling"];

    private static readonly string[] AotCompatible =
        ["Mesh.Config", "Mesh.Istiod", "Mesh.Kubernetes", "Mesh.DataPlane", "Mesh.Hosting", "Mesh.Aws", "Mesh.VmAgent"];

    private static IEnumerable<string> Projects =>
        Repository.FilesEndingWith(".csproj").Where(file => !file.StartsWith("tests/", StringComparison.Ordinal));

    [Fact]
    public void Every_reference_points_in_an_allowed_direction()
    {
        var wrong =
            from file in Projects
            let project = Name(file)
            from reference in References(file)
            where !MayReference(project, reference)
            select $"{project} -> {reference}";

        Findings.None(wrong);
    }

    [Fact]
    public void Every_project_has_its_place_in_the_picture() =>
        Findings.None(Projects.Select(Name).Where(project => !Allowed.ContainsKey(project)));

    [Fact]
    public void Nothing_references_a_test_project() =>
        Findings.None(Repository.FilesEndingWith(".csproj").SelectMany(References).Where(reference => reference.EndsWith(".Tests", StringComparison.Ordinal)));

    [Fact]
    public void The_gateway_is_the_only_user_of_yarp() =>
        Assert.Equal(["Mesh.Gateway"], Projects.Where(file => Packages(file).Contains("Yarp.ReverseProxy")).Select(Name));

    [Fact]
    public void What_the_agent_is_made_of_is_declared_compatible_with_native_aot() =>
        Findings.None(Projects
            .Where(file => AotCompatible.Contains(Name(file)))
            .Where(file => Load(file).Descendants("IsAotCompatible").All(element => element.Value != "true")));

    [Fact]
    public void Versions_of_packages_stand_in_one_place() =>
        Findings.None(
            from file in Repository.FilesEndingWith(".csproj")
            from package in Load(file).Descendants("PackageReference")
            where package.Attribute("Version") is not null || package.Attribute("VersionOverride") is not null
            select $"{file}: {package.Attribute("Include")?.Value}");

    private static bool MayReference(string project, string reference) =>
        (Common.Contains(reference) && !WithoutCommon.Contains(project))
        || (Allowed.TryGetValue(project, out var allowed) && allowed.Contains(reference));

    private static string Name(string file) => Path.GetFileNameWithoutExtension(file);

    private static XDocument Load(string file) => XDocument.Parse(Repository.Read(file));

    private static IEnumerable<string> Packages(string file) =>
        Load(file).Descendants("PackageReference").Select(element => element.Attribute("Include")?.Value ?? "");

    /// <summary>References to code; those that only order the build (ReferenceOutputAssembly="false") are none.</summary>
    private static IEnumerable<string> References(string file) => Load(file).Descendants("ProjectReference")
        .Where(element => element.Attribute("ReferenceOutputAssembly")?.Value != "false")
        .Select(element => Name(element.Attribute("Include")!.Value.Replace('\\', '/')));
}
