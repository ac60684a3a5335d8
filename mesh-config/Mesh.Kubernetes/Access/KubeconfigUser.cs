using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Kubernetes.Access;

/// <summary>A user of a kubeconfig. Its text shows no secret.</summary>
internal sealed record KubeconfigUser
{
    public string Token { get; init; } = "";
    public string TokenFile { get; init; } = "";
    public string ClientCertificate { get; init; } = "";
    public string ClientCertificateData { get; init; } = "";
    public string ClientKey { get; init; } = "";
    public string ClientKeyData { get; init; } = "";
    public string Username { get; init; } = "";
    public string Password { get; init; } = "";
    public string Impersonate { get; init; } = "";
    public ImmutableArray<string> ImpersonateGroups { get; init; } = [];
    public KubeconfigExec? Exec { get; init; }

    /// <summary>Empty without one. Raw, since only its presence matters: such providers are gone from clients since Kubernetes 1.26.</summary>
    public string AuthProvider { get; init; } = "";

    internal static Schema<KubeconfigUser> Schema { get; } =
        new Schema<KubeconfigUser>("AuthInfo", () => new KubeconfigUser())
            .Field("token", Codecs.Text, x => x.Token, (x, v) => x with { Token = v })
            .Field("tokenFile", Codecs.Text, x => x.TokenFile, (x, v) => x with { TokenFile = v })
            .Field("client-certificate", Codecs.Text, x => x.ClientCertificate, (x, v) => x with { ClientCertificate = v })
            .Field("client-certificate-data", Codecs.Text, x => x.ClientCertificateData, (x, v) => x with { ClientCertificateData = v })
            .Field("client-key", Codecs.Text, x => x.ClientKey, (x, v) => x with { ClientKey = v })
            .Field("client-key-data", Codecs.Text, x => x.ClientKeyData, (x, v) => x with { ClientKeyData = v })
            .Field("username", Codecs.Text, x => x.Username, (x, v) => x with { Username = v })
            .Field("password", Codecs.Text, x => x.Password, (x, v) => x with { Password = v })
            .Field("as", Codecs.Text, x => x.Impersonate, (x, v) => x with { Impersonate = v })
            .Field("as-groups", Codecs.List(Codecs.Text), x => x.ImpersonateGroups, (x, v) => x with { ImpersonateGroups = v })
            .Message("exec", KubeconfigExec.Schema, x => x.Exec, (x, v) => x with { Exec = v })
            .Field("auth-provider", Codecs.Raw, x => x.AuthProvider, (x, v) => x with { AuthProvider = v })
            .Open();

    public override string ToString() => nameof(KubeconfigUser);
}
