using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Security;

/// <summary>A claim that is copied into a request header.</summary>
public sealed record ClaimToHeader
{
    public string Header { get; init; } = "";
    public string Claim { get; init; } = "";

    internal static Schema<ClaimToHeader> Schema { get; } =
        new Schema<ClaimToHeader>("ClaimToHeader", () => new ClaimToHeader())
            .Field("header", Codecs.Text, x => x.Header, (x, v) => x with { Header = v }, required: true)
            .Field("claim", Codecs.Text, x => x.Claim, (x, v) => x with { Claim = v }, required: true)
            .AcceptSnakeCase();
}
