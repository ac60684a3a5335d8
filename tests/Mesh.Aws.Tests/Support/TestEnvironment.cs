namespace Mesh.Aws.Tests.Support;

/// <summary>Environment variables of a test's own, and files for them.</summary>
internal sealed class TestEnvironment : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mesh-aws-").FullName;
    private readonly Dictionary<string, string> variables = new(StringComparer.Ordinal) { ["AWS_EC2_METADATA_DISABLED"] = "true" };

    public TestEnvironment()
    {
        variables["HOME"] = folder;
        Environment = new AwsEnvironment(variables.GetValueOrDefault);
    }

    public AwsEnvironment Environment { get; }

    public string this[string name]
    {
        set => variables[name] = value;
    }

    public string Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
