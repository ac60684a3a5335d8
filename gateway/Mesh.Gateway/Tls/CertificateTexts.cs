namespace Mesh.Gateway.Tls;

/// <summary>What a server certificate is made of, as PEM text. Its own text form shows no content, so that none gets into a log.</summary>
/// <param name="Roots">Of client certificates; null when none are asked for.</param>
/// <param name="Revocations">Null when there is no list.</param>
internal sealed record CertificateTexts(string Chain, string Key, string? Roots, string? Revocations)
{
    public override string ToString() => nameof(CertificateTexts);
}
