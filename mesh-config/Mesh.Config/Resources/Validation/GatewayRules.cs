using System.Collections.Frozen;
using Mesh.Config.Model;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Validation;

/// <summary>Rules of an Istio Gateway, and of TLS on any listener.</summary>
/// <remarks>Source: istio pkg/config/validation/validation.go, ValidateGateway.</remarks>
internal static class GatewayRules
{
    private const int CommonCertificates = 2;

    private static readonly FrozenSet<string> Ciphers = new[]
    {
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
        "ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA", "ECDHE-RSA-AES256-SHA",
        "AES128-GCM-SHA256", "AES256-GCM-SHA384", "AES128-SHA", "AES256-SHA", "DES-CBC3-SHA", "ALL",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static void Check(Gateway value, RuleScope root)
    {
        var (spec, at) = (value.Spec, root["spec"]);
        if (!HostNames.IsDnsLabel(value.Metadata.Name))
            root["metadata"]["name"].Error($"\"{value.Metadata.Name}\" is not a DNS label; the name of a Gateway must be one");
        if (spec.Servers.IsEmpty) at.Missing("servers", "a Gateway needs at least one");
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < spec.Servers.Length; i++)
        {
            var server = spec.Servers[i];
            CheckServer(server, at["servers"][i]);
            if (!names.Add(server.Port!.Name))
                at["servers"][i]["port"]["name"].Error($"port name \"{server.Port.Name}\" is given twice; port names must differ");
        }
    }

    /// <summary>TLS as any listener has it.</summary>
    public static void Tls(ServerTlsSettings value, RuleScope at)
    {
        CheckCertificates(value, at);
        CheckCiphers(value, at);
        if (value.CaCrl.Length > 0 && (value.CredentialName.Length > 0 || value.Mode == ServerTlsMode.Simple))
            at["caCrl"].Error("is for client certificates checked with caCertificates files; remove it");
        if (value.TlsCertificates.Length > CommonCertificates)
            at["tlsCertificates"].Warning("more than two certificates: only one of each key type is used");
        if (value.MinProtocolVersion is TlsProtocolVersion.Tls10 or TlsProtocolVersion.Tls11 && value.CipherSuites.IsEmpty)
            at["minProtocolVersion"].Warning("TLS before 1.2 needs cipherSuites that allow it; add them or use TLSV1_2");
    }

    public static bool IsBind(string bind) => HostNames.IsAddress(bind) || WorkloadRules.IsUnix(bind);

    private static void CheckServer(GatewayServerSpec server, RuleScope at)
    {
        var port = server.Port!;
        if (server.Name.Length > 0 && !HostNames.IsDnsLabel(server.Name)) at["name"].Error($"\"{server.Name}\" is not a DNS label");
        if (server.Hosts.IsEmpty) at.Missing("hosts", "a server needs at least one");
        for (var i = 0; i < server.Hosts.Length; i++) CheckHost(server.Hosts[i], at["hosts"][i]);
        if (port.Name.Length == 0) at["port"].Missing("name", "the port of a server needs one");
        if (port.TargetPort is not null) at["port"]["targetPort"].Error("is no longer supported; the Service of the gateway maps ports");
        if (server.Bind.Length > 0 && !IsBind(server.Bind)) at["bind"].Error($"\"{server.Bind}\" is neither an IP address nor unix://");
        if (Protocols.Parse(port.Protocol) is not { } protocol)
        {
            at["port"]["protocol"].Error($"protocol \"{port.Protocol}\" is not one of {string.Join(", ", Protocols.Names)}");
            return;
        }

        var isTls = protocol is ServiceProtocol.Https or ServiceProtocol.Tls;
        if (isTls && server.Tls is null) at.Missing("tls", $"protocol {port.Protocol} needs it");
        if (server.Tls is not { } tls) return;
        if (!isTls && !ServerTlsSettings.Schema.Same(tls, new ServerTlsSettings { HttpsRedirect = IsHttp(protocol) && tls.HttpsRedirect }))
        {
            at["tls"].Error(IsHttp(protocol)
                ? $"protocol {port.Protocol} allows only httpsRedirect; use HTTPS or TLS"
                : $"protocol {port.Protocol} has no TLS; use HTTPS or TLS");
            return;
        }

        if (!isTls) return;
        if (tls.HttpsRedirect)
            at["tls"]["httpsRedirect"].Warning($"has no effect with protocol {port.Protocol}; put it on the HTTP server", DiagnosticCodes.NoEffect);
        Tls(tls, at["tls"]);
    }

    private static void CheckHost(string host, RuleScope at)
    {
        var slash = host.IndexOf('/', StringComparison.Ordinal);
        var space = slash < 0 ? "*" : host[..slash];
        var name = host[(slash + 1)..];
        if (space is not ("*" or ".") && !HostNames.IsDnsLabel(space))
            at.Error($"\"{space}\" in \"{host}\" is not a namespace; write *, . or a name");
        if (name == "*") return;
        if (!HostNames.IsWildcardDomain(name) || !name.Contains('.', StringComparison.Ordinal))
            at.Error($"\"{host}\" is not a host; write *, a name with a dot, or namespace/name");
        else if (HostNames.IsPartialWildcard(name))
            at.Error($"\"{host}\" is a partial wildcard; write *. followed by a domain");
    }

    private static bool IsHttp(ServiceProtocol protocol) =>
        protocol is ServiceProtocol.Http or ServiceProtocol.Http2 or ServiceProtocol.HttpProxy or ServiceProtocol.Grpc or ServiceProtocol.GrpcWeb;

    private static void CheckCertificates(ServerTlsSettings value, RuleScope at)
    {
        var hasFiles = value.ServerCertificate.Length > 0 || value.PrivateKey.Length > 0;
        var hasCa = value.CaCertificates.Length > 0 || value.CaCertCredentialName.Length > 0;
        var sources = (value.CredentialName.Length > 0 ? 1 : 0) + (value.CredentialNames.IsEmpty ? 0 : 1)
                      + (value.TlsCertificates.IsEmpty ? 0 : 1) + (hasFiles ? 1 : 0);
        switch (value.Mode)
        {
            case ServerTlsMode.IstioMutual:
                if (sources > 0 || hasCa) at["mode"].Error("ISTIO_MUTUAL uses the workload certificate; remove the certificate fields");
                break;
            case ServerTlsMode.Passthrough or ServerTlsMode.AutoPassthrough:
                if (sources > 0 || hasCa || !value.SubjectAltNames.IsEmpty)
                    at["mode"].Warning("the gateway does not end TLS in this mode; the certificate fields have no effect", DiagnosticCodes.NoEffect);
                break;
            default:
                if (sources > 1) at["mode"].Error("there are several certificate sources; keep one of credentialName, credentialNames, tlsCertificates and files");
                else if (sources == 0) at.Missing("credentialName or serverCertificate and privateKey", "the server has no certificate");
                else CheckFiles(value, hasFiles, hasCa, at);
                break;
        }
    }

    private static void CheckFiles(ServerTlsSettings value, bool hasFiles, bool hasCa, RuleScope at)
    {
        if (hasFiles && value.ServerCertificate.Length == 0) at.Missing("serverCertificate", "a private key alone is no use");
        if (hasFiles && value.PrivateKey.Length == 0) at.Missing("privateKey", "a certificate alone is no use");
        for (var i = 0; i < value.TlsCertificates.Length; i++)
            if (value.TlsCertificates[i].ServerCertificate.Length == 0 || value.TlsCertificates[i].PrivateKey.Length == 0)
                at["tlsCertificates"][i].Missing("serverCertificate or privateKey", "both are needed");
        if (value.Mode is ServerTlsMode.Mutual or ServerTlsMode.OptionalMutual && !hasCa && (hasFiles || !value.TlsCertificates.IsEmpty))
            at.Missing("caCertificates", "client certificates cannot be checked without it");
    }

    private static void CheckCiphers(ServerTlsSettings value, RuleScope at)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < value.CipherSuites.Length; i++)
        {
            var cipher = value.CipherSuites[i];
            // A leading operator is OpenSSL's syntax for adding and removing.
            var isOperation = cipher.Length > 0 && cipher[0] is '+' or '-' or '!' or '@' or '[';
            if (!isOperation && !Ciphers.Contains(cipher)) at["cipherSuites"][i].Warning($"\"{cipher}\" is not a cipher of the proxy and is left out");
            else if (!seen.Add(cipher)) at["cipherSuites"][i].Warning($"\"{cipher}\" is given twice; remove one");
        }
    }
}
