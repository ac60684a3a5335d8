using Mesh.Config.Yaml;

namespace Mesh.Kubernetes.Access;

/// <summary>A cluster of a kubeconfig.</summary>
internal sealed record KubeconfigCluster
{
    public string Server { get; init; } = "";
    public string CertificateAuthority { get; init; } = "";
    public string CertificateAuthorityData { get; init; } = "";
    public bool InsecureSkipTlsVerify { get; init; }
    public string TlsServerName { get; init; } = "";
    public string ProxyUrl { get; init; } = "";

    internal static Schema<KubeconfigCluster> Schema { get; } =
        new Schema<KubeconfigCluster>("Cluster", () => new KubeconfigCluster())
            .Field("server", Codecs.Text, x => x.Server, (x, v) => x with { Server = v })
            .Field("certificate-authority", Codecs.Text, x => x.CertificateAuthority, (x, v) => x with { CertificateAuthority = v })
            .Field("certificate-authority-data", Codecs.Text,
                x => x.CertificateAuthorityData, (x, v) => x with { CertificateAuthorityData = v })
            .Field("insecure-skip-tls-verify", Codecs.Bool,
                x => x.InsecureSkipTlsVerify, (x, v) => x with { InsecureSkipTlsVerify = v })
            .Field("tls-server-name", Codecs.Text, x => x.TlsServerName, (x, v) => x with { TlsServerName = v })
            .Field("proxy-url", Codecs.Text, x => x.ProxyUrl, (x, v) => x with { ProxyUrl = v })
            .Open();
}
