using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>An access log in a file.</summary>
public sealed record FileAccessLogProvider
{
    /// <summary><c>/dev/stdout</c> is standard output.</summary>
    public string Path { get; init; } = "";

    /// <summary>Null: Istio's default text.</summary>
    public FileLogFormat? LogFormat { get; init; }

    public bool OmitEmptyValues { get; init; }

    internal static Schema<FileAccessLogProvider> Schema { get; } =
        new Schema<FileAccessLogProvider>("MeshConfig.ExtensionProvider.EnvoyFileAccessLogProvider", () => new FileAccessLogProvider())
            .Field("path", Codecs.Text, x => x.Path, (x, v) => x with { Path = v })
            .Message("logFormat", FileLogFormat.Schema, x => x.LogFormat, (x, v) => x with { LogFormat = v })
            .Field("omitEmptyValues", Codecs.Bool, x => x.OmitEmptyValues, (x, v) => x with { OmitEmptyValues = v })
            .AcceptSnakeCase();
}
