using Mesh.Config.Model;

namespace Mesh.Config.Resources;

/// <summary>Protocol names of ports.</summary>
/// <remarks>Source: istio pkg/config/protocol/instance.go and pkg/config/kube/conversion.go.</remarks>
internal static class Protocols
{
    public static IReadOnlyList<string> Names { get; } =
        ["HTTP", "HTTPS", "GRPC", "GRPC-WEB", "HTTP2", "HTTP_PROXY", "MONGO", "MYSQL", "REDIS", "TCP", "TLS", "UDP"];

    public static bool IsKnown(string name) => Parse(name) is not null;

    /// <summary>Null for a name that is none.</summary>
    public static ServiceProtocol? Parse(string name) => name.ToUpperInvariant() switch
    {
        "TCP" => ServiceProtocol.Tcp,
        "UDP" => ServiceProtocol.Udp,
        "GRPC" => ServiceProtocol.Grpc,
        "GRPC-WEB" => ServiceProtocol.GrpcWeb,
        "HTTP" => ServiceProtocol.Http,
        "HTTP_PROXY" => ServiceProtocol.HttpProxy,
        "HTTP2" => ServiceProtocol.Http2,
        "HTTPS" => ServiceProtocol.Https,
        "TLS" => ServiceProtocol.Tls,
        "MONGO" => ServiceProtocol.Mongo,
        "MYSQL" => ServiceProtocol.MySql,
        "REDIS" => ServiceProtocol.Redis,
        _ => null,
    };

    /// <summary>Protocol of a Kubernetes Service port: appProtocol, else the port name's first word, else unknown.</summary>
    public static ServiceProtocol OfServicePort(string name, int port, string transport, string appProtocol)
    {
        if (transport.Equals("UDP", StringComparison.OrdinalIgnoreCase)) return ServiceProtocol.Udp;
        var label = appProtocol.Length > 0 ? appProtocol : name;
        switch (appProtocol)
        {
            case "kubernetes.io/h2c":
                return ServiceProtocol.Http2;
            case "kubernetes.io/ws":
                return ServiceProtocol.Http;
            case "kubernetes.io/wss":
                return ServiceProtocol.Https;
        }

        if (label.StartsWith("grpc-web", StringComparison.OrdinalIgnoreCase)) return ServiceProtocol.GrpcWeb;
        var dash = label.IndexOf('-', StringComparison.Ordinal);
        if (Parse(dash < 0 ? label : label[..dash]) is { } known) return known;
        // Server-first protocols would hang in protocol sniffing.
        return port is 25 or 53 or 3306 or 27017 ? ServiceProtocol.Tcp : ServiceProtocol.Auto;
    }
}
